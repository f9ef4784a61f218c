import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../values/digest';
import { formatDescription, type Description } from './description';
import { listModelFiles, savedModelDigest } from './saved-model';
import { findDetector } from './signature/family';
import { readSignatures } from './signature/read-signatures';

const DEMO = join(__dirname, '../../demo');
const SSD: Description = {
  name: 'ssd',
  source: 'zoo:ssd',
  family: 'tf-od-api',
  digest: digestOf('tree'),
  bytes: 7,
  input: { name: 'input_tensor', dtype: 'uint8', shape: [1, null, null, 3] },
  outputs: [{ name: 'num_detections', dtype: 'float32', shape: null }],
  classes: 90,
  licence: null,
};

describe('formatDescription', () => {
  it('describes the demo model as the tool does that trained it', async () => {
    const text = readFileSync(join(DEMO, 'model.json'), 'utf8');
    const folder = join(DEMO, 'saved_model');
    const files = await listModelFiles(folder);
    const cache = { folder: join(DEMO, 'nowhere'), nowMs: 0 };
    const detector = findDetector(
      readSignatures(readFileSync(join(folder, 'saved_model.pb')), 'demo'),
      'demo',
    );
    const description: Description = {
      name: 'demo',
      source: 'demo',
      family: detector.family,
      digest: await savedModelDigest(folder, files, cache),
      bytes: files.reduce((total, { bytes }) => total + bytes, 0),
      input: detector.input,
      outputs: detector.signature.outputs,
      classes: 5,
      licence: JSON.parse(text).licence,
    };
    expect(formatDescription(description, undefined)).toBe(text);
  });

  it('keeps what a person wrote, as long as it is the same model', () => {
    const edited = JSON.stringify({ ...SSD, licence: 'MIT', owner: 'team-a', classes: 1 });
    const kept = JSON.parse(formatDescription(SSD, edited));
    expect(kept).toEqual({ ...SSD, licence: 'MIT', owner: 'team-a' });
    const other = JSON.parse(formatDescription({ ...SSD, digest: digestOf('other') }, edited));
    expect(other).toMatchObject({ licence: null, owner: 'team-a' });
    expect(JSON.parse(formatDescription({ ...SSD, licence: 'BSD' }, edited)).licence).toBe('BSD');
  });

  it.each([undefined, '', '{', '[]', '"x"'])('makes do with %j', (existing) => {
    expect(JSON.parse(formatDescription(SSD, existing))).toEqual(SSD);
  });

  it('keeps the adapter of the same model, and not that of another one', () => {
    const adapter = { input: 'tf-example' };
    const edited = JSON.stringify({ ...SSD, adapter });
    expect(JSON.parse(formatDescription(SSD, edited))).toMatchObject({ adapter });
    const other = { ...SSD, digest: digestOf('other') };
    expect(JSON.parse(formatDescription(other, edited))).not.toHaveProperty('adapter');
    expect(JSON.parse(formatDescription({ ...other, adapter: { classOffset: 1 } }, edited))).toMatchObject({
      adapter: { classOffset: 1 },
    });
  });
});
