import { homedir } from 'node:os';
import { join } from 'node:path';
import { locateSavedModel, savedModelFiles } from './locate';
import { addressOf, parseSource, sourceText } from './source';
import { readZoo } from './zoo';

const ZOO = readZoo();
const SSD = 'ssd_mobilenet_v2_320x320_coco17_tpu-8';

describe('the zoo', () => {
  it('has 43 models, each with a slug and an address of its own', () => {
    expect(ZOO.models).toHaveLength(43);
    expect(new Set(ZOO.models.map(({ slug }) => slug)).size).toBe(43);
    expect(new Set(ZOO.models.map(({ url }) => url)).size).toBe(43);
    ZOO.models.forEach(({ url }) =>
      expect(url).toMatch(/^https:\/\/download\.tensorflow\.org\/.*\.tar\.gz$/),
    );
  });
});

describe('parseSource', () => {
  const parse = (written: string) => parseSource(written, '/w', ZOO);

  it.each([
    ['demo', { kind: 'demo' }, 'demo'],
    [`zoo:${SSD}`, { kind: 'zoo' }, `zoo:${SSD}`],
    ['https://h/a.tar.gz#x', { kind: 'address' }, 'https://h/a.tar.gz'],
    ['downloads/ssd', { kind: 'path', path: '/w/downloads/ssd' }, 'file:ssd'],
    ['./ssd.tar.gz', { kind: 'path', path: '/w/ssd.tar.gz' }, 'file:ssd.tar.gz'],
    ['../ssd', { kind: 'path', path: '/ssd' }, 'file:ssd'],
    ['/models/ssd', { kind: 'path', path: '/models/ssd' }, 'file:ssd'],
    ['~/ssd', { kind: 'path', path: join(homedir(), 'ssd') }, 'file:ssd'],
    ['file:///models/my%20ssd', { kind: 'path', path: '/models/my ssd' }, 'file:my ssd'],
  ])('reads %s', (written, expected, text) => {
    expect(parse(written)).toMatchObject(expected);
    expect(sourceText(parse(written))).toBe(text);
  });

  it('knows the address of what can be fetched', () => {
    expect(addressOf(parse(`zoo:${SSD}`))?.href).toMatch(
      /20200711\/ssd_mobilenet_v2_320x320_coco17_tpu-8\.tar\.gz$/,
    );
    expect(addressOf(parse('/models/ssd'))).toBeUndefined();
  });

  it.each([
    ['', 'MODEL_SOURCE', 'There is no source'],
    ['s3://bucket/ssd.tar.gz', 'MODEL_SOURCE', 's3:'],
    ['gs://bucket/ssd', 'MODEL_SOURCE', 'gs:'],
    ['https://', 'MODEL_SOURCE', 'not an address'],
    ['zoo:', 'MODEL_NOT_IN_ZOO', '--list'],
    ['zoo:ssd_mobilenet_v2_320x320', 'MODEL_NOT_IN_ZOO', `zoo:${SSD}`],
    ['zoo:efficientdet_d0_coco17_tpu32', 'MODEL_NOT_IN_ZOO', 'zoo:efficientdet_d0_coco17_tpu-32'],
    ['zoo:yolo', 'MODEL_NOT_IN_ZOO', '--list'],
  ])('refuses %j', (written, code, told) => {
    expect(() => parse(written)).toThrow(expect.objectContaining({ code }));
    expect(() => parse(written)).toThrow(told);
  });

  it('does not repeat a password', () => {
    expect(() => parse('https://me:secret@h/a.tar.gz')).toThrow('There is a password in the address');
    expect(() => parse('https://me:secret@h/a.tar.gz')).not.toThrow('secret');
  });
});

describe('locateSavedModel', () => {
  it.each([
    ['', ['saved_model.pb', 'variables/variables.index']],
    [
      'ssd/saved_model',
      ['ssd/pipeline.config', 'ssd/saved_model/saved_model.pb', 'ssd/checkpoint/ckpt-0.index'],
    ],
    ['a', ['a/saved_model.pb', '__MACOSX/a/saved_model.pb', 'a/._saved_model.pb']],
    ['a', ['a/saved_model.pb', 'a/assets/inner/saved_model.pb']],
  ])('finds %j', (folder, paths) => expect(locateSavedModel(paths, 'x')).toBe(folder));

  it.each([
    ['MODEL_SEVERAL', ['a/1/saved_model.pb', 'a/2/saved_model.pb'], 'a/1, a/2'],
    ['MODEL_NO_SAVED_MODEL', [], 'no files at all'],
    ['MODEL_NO_SAVED_MODEL', ['a/saved_model.pbtxt'], 'text form'],
    ['MODEL_NO_SAVED_MODEL', ['a/frozen_inference_graph.pb', 'a/checkpoint'], 'frozen graph'],
    ['MODEL_NO_SAVED_MODEL', ['a/checkpoint', 'a/ckpt-0.index'], 'exporter_main_v2.py'],
    ['MODEL_NO_SAVED_MODEL', ['model.keras'], 'Keras'],
    ['MODEL_NO_SAVED_MODEL', ['model.onnx'], 'ONNX'],
    ['MODEL_NO_SAVED_MODEL', ['readme.md'], 'readme.md'],
  ])('says %s of %j', (code, paths, told) => {
    expect(() => locateSavedModel(paths, 'x')).toThrow(expect.objectContaining({ code }));
    expect(() => locateSavedModel(paths, 'x')).toThrow(told);
  });

  it('takes the parts of a SavedModel and nothing that lies beside them', () => {
    const kept = [
      'saved_model.pb',
      'fingerprint.pb',
      'variables/variables.index',
      'assets/a/b.txt',
      'assets.extra/x',
    ];
    const others = ['README.md', 'labels.pbtxt', '.DS_Store', 'variables/._variables.index', 'debug/x.pb'];
    const files = [...kept, ...others].map((path) => ({ path: `m/${path}` }));
    expect(savedModelFiles([...files, { path: 'other' }], 'm').map(({ path }) => path)).toEqual(kept);
  });
});
