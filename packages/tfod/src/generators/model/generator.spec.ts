import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { logger } from '@nx/devkit';
import { FsTree, flushChanges } from 'nx/src/generators/tree';
import { parseModelsLock } from '../../models/models-lock';
import { checkModel } from '../../models/read-model';
import { thisMachine } from '../../models/source/stored-model';
import { parseService } from '../../service/service';
import { aFolder } from '../../testing/a-folder';
import { ModelServer } from '../../testing/model-server';
import { digestOfFiles, modelArchive, savedModel } from '../../testing/small-model';
import { digestOf } from '../../values/digest';
import modelGenerator from './generator';
import type { ModelOptions } from './schema';

const SETTINGS = '{ "variants": ["cpu"], "model": "demo",\n  "image": "parking", "port": 8080 }\n';
const LABELS = 'item { id: 1 name: "car" } # ours\n';

describe('tfod:model', () => {
  const files = savedModel();
  let server: ModelServer;
  let root: string;
  let told: string[];
  beforeEach(async () => {
    server = await new ModelServer(modelArchive(files)).start();
    root = aFolder({
      'nx.json': '{}',
      'package.json': '{ "name": "w" }',
      'apps/parking/project.json': '{ "name": "parking" }',
      'apps/parking/tfod.json': SETTINGS,
      'apps/plates/project.json': '{ "name": "plates" }',
      'apps/plates/tfod.json': SETTINGS,
      'libs/geometry/project.json': '{ "name": "geometry" }',
      'names.txt': 'car\nbus\n',
    });
    told = [];
    jest.spyOn(logger, 'info').mockImplementation((line) => void told.push(String(line)));
  });
  afterEach(() => server.stop());

  /** As Nx does it: the tree, then what the generator does after it. */
  async function run(options: ModelOptions, answer?: string): Promise<readonly string[]> {
    const tree = new FsTree(root, false);
    const input = new PassThrough();
    input.end(answer === undefined ? '' : `${answer}\n`);
    const after = await modelGenerator(
      tree,
      { name: 'ssd', project: 'parking', ...options },
      {
        machine: () => thisMachine({ TFOD_CACHE_DIR: join(root, 'cache') }),
        person: answer === undefined ? undefined : { input, output: new PassThrough().resume() },
        print: (text) => void told.push(text),
      },
    );
    const changes = tree.listChanges();
    flushChanges(root, changes);
    await after?.();
    return changes.map(({ path }) => path).sort();
  }

  const read = (path: string) => readFileSync(join(root, 'apps/parking', path), 'utf8');
  const lock = (service = 'parking') =>
    parseModelsLock(readFileSync(join(root, `apps/${service}/models/models.lock.json`), 'utf8'), 'lock');
  const weights = () => join(root, 'apps/parking/models/ssd/saved_model');
  const source = () => server.url().href;

  async function problemsOfModel() {
    const service = {
      ...parseService(read('tfod.json'), { name: 'parking', root: 'apps/parking' }),
      model: 'ssd',
    };
    return checkModel(root, service, { folder: join(root, 'check'), nowMs: Date.now() });
  }

  describe('from an address', () => {
    it('puts a model there that is fit, with its labels, description and lock', async () => {
      expect(await run({ source: source(), labels: 'coco' })).toEqual([
        'apps/parking/models/models.lock.json',
        'apps/parking/models/ssd/labels.pbtxt',
        'apps/parking/models/ssd/model.json',
      ]);
      expect(await problemsOfModel()).toEqual([]);
      expect(JSON.parse(read('models/ssd/model.json'))).toMatchObject({
        name: 'ssd',
        source: source(),
        family: 'tf-od-api',
        digest: digestOfFiles(files),
        input: { name: 'input_tensor', dtype: 'uint8', shape: [1, null, null, 3] },
        classes: 80,
        licence: null,
      });
      expect([...lock()]).toEqual([
        [
          'ssd',
          {
            source: source(),
            url: source(),
            sha256: digestOf(server.archive),
            bytes: server.archive.length,
            savedModel: digestOfFiles(files),
            weights: 'vendored',
          },
        ],
      ]);
      expect(statSync(join(weights(), 'saved_model.pb')).mode & 0o200).toBe(0o200);
      expect(told.join('\n')).toContain('add --default');
    });

    it('changes nothing when it is run again', async () => {
      await run({ source: source(), labels: 'coco' });
      const before = statSync(weights()).ino;
      expect(await run({ source: source(), labels: 'coco' })).toEqual([]);
      expect(await run({ source: source() })).toEqual([]);
      expect(await run({})).toEqual([]);
      expect(statSync(weights()).ino).toBe(before);
      expect(server.bodies).toBe(1);
    });

    it('changes nothing that a person edited', async () => {
      await run({ source: source(), labels: 'coco' });
      writeFileSync(join(root, 'apps/parking/models/ssd/labels.pbtxt'), LABELS);
      const description = {
        ...JSON.parse(read('models/ssd/model.json')),
        classes: 1,
        licence: 'MIT',
        owner: 'me',
      };
      writeFileSync(join(root, 'apps/parking/models/ssd/model.json'), JSON.stringify(description));
      await run({ source: source() });
      expect(read('models/ssd/labels.pbtxt')).toBe(LABELS);
      expect(JSON.parse(read('models/ssd/model.json'))).toEqual(description);
      await run({ source: source(), labels: 'names.txt', licence: 'BSD' });
      expect(JSON.parse(read('models/ssd/model.json'))).toMatchObject({
        classes: 2,
        licence: 'BSD',
        owner: 'me',
      });
    });

    it('makes it the one that the image carries, and leaves the rest of tfod.json as it is written', async () => {
      await run({ source: source(), labels: 'coco', default: true });
      expect(read('tfod.json')).toBe(SETTINGS.replace('demo', 'ssd'));
    });

    it('replaces a model by another one with one command', async () => {
      await run({ source: source(), labels: 'coco' });
      server.archive = modelArchive(savedModel('official-vision'));
      await run({ source: server.url('/other.tar.gz').href });
      expect(await problemsOfModel()).toEqual([]);
      expect(JSON.parse(read('models/ssd/model.json')).family).toBe('official-vision');
      expect(told.join('\n')).toContain(`ssd was ${digestOfFiles(files).slice(7, 19)} of ${source()}`);
    });

    it('keeps several models', async () => {
      await run({ source: source(), labels: 'coco' });
      await run({ name: 'cars', source: source(), labels: 'names.txt' });
      expect([...lock().keys()]).toEqual(['cars', 'ssd']);
    });

    it('refuses an archive that changed since it was recorded, in any service', async () => {
      await run({ source: source(), labels: 'coco' });
      rmSync(join(root, 'cache'), { recursive: true });
      server.archive = modelArchive(savedModel('tf-hub'));
      for (const project of ['parking', 'plates']) {
        await expect(run({ project, source: source(), labels: 'coco' })).rejects.toMatchObject({
          code: 'MODEL_SHA256_MISMATCH',
        });
      }
      await run({
        project: 'plates',
        source: source(),
        labels: 'coco',
        sha256: digestOf(server.archive).slice(7),
      });
      expect(lock('plates').get('ssd')?.sha256).toBe(digestOf(server.archive));
      expect(told.join('\n')).toContain('other services still have another archive');
    });

    it('uses what another service fetched', async () => {
      await run({ source: source(), labels: 'coco' });
      await run({ project: 'plates', source: source(), labels: 'coco' });
      expect(server.bodies).toBe(1);
    });
  });

  describe('whose weights are fetched', () => {
    const fetched = { labels: 'coco', weights: 'fetched' } as const;

    it('keeps them out of Git and brings them back', async () => {
      expect(await run({ source: source(), ...fetched })).toContain('apps/parking/models/.gitignore');
      expect(read('models/.gitignore')).toBe('/ssd/saved_model/\n');
      rmSync(weights(), { recursive: true });
      expect(await problemsOfModel()).toEqual([
        expect.objectContaining({
          code: 'MODEL_NOT_FETCHED',
          remedy: 'npx nx g tfod:model ssd --project=parking',
        }),
      ]);
      expect(await run({})).toEqual([]);
      expect(await problemsOfModel()).toEqual([]);
    });

    it('says how git forgets those that were committed', async () => {
      await run({ source: source(), labels: 'coco' });
      await run({ weights: 'fetched' });
      expect(told.join('\n')).not.toContain('git rm');
      for (const args of [
        ['init', '--quiet'],
        ['add', '--force', 'apps/parking'],
      ]) {
        execFileSync('git', args, { cwd: root });
      }
      await run({ weights: 'fetched' });
      expect(told.at(-1)).toContain('git rm -r --cached apps/parking/models/ssd/saved_model');
    });

    it('makes them the own ones of the service when they are vendored', async () => {
      await run({ source: source(), ...fetched });
      expect(statSync(join(weights(), 'saved_model.pb')).mode & 0o200).toBe(0);
      await run({ weights: 'vendored' });
      expect(statSync(join(weights(), 'saved_model.pb'))).toMatchObject({ nlink: 1 });
      expect(statSync(join(weights(), 'saved_model.pb')).mode & 0o200).toBe(0o200);
      expect(readdirSync(join(root, 'apps/parking/models')).sort()).toEqual(['models.lock.json', 'ssd']);
    });
  });

  describe('from this machine', () => {
    const folder = (prefix: string, signature = 'whole') =>
      Object.fromEntries(
        Object.entries(savedModel(signature)).map(([path, bytes]) => [`${prefix}/${path}`, bytes]),
      );

    it('takes the demo model with its pictures', async () => {
      const changes = await run({ name: 'demo', source: 'demo' });
      expect(changes.filter((path) => path.includes('/samples/')).length).toBeGreaterThan(2);
      const demo = JSON.parse(readFileSync(join(__dirname, '../../../demo/model.json'), 'utf8'));
      expect(JSON.parse(read('models/demo/model.json'))).toEqual(demo);
      expect(await run({ name: 'demo', source: 'demo' })).toEqual([]);
    });

    describe('with pictures', () => {
      const model = (signature: string, files: Readonly<Record<string, string>>) =>
        aFolder({ ...folder('saved_model', signature), 'labels.pbtxt': LABELS, ...files });
      const samples = () => readdirSync(join(root, 'apps/parking/models/ssd/samples')).sort();

      it('has those of a new model in the place of those of the one before', async () => {
        await run({
          source: model('whole', { 'samples/a.jpg': 'a', 'samples/b.jpg': 'b', 'annotations.json': '[1]' }),
        });
        await run({ source: model('official-vision', { 'samples/b.jpg': 'B', 'samples/c.jpg': 'c' }) });
        expect(samples()).toEqual(['b.jpg', 'c.jpg']);
        expect(read('models/ssd/samples/b.jpg')).toBe('B');
        expect(() => read('models/ssd/annotations.json')).toThrow('ENOENT');
        expect(told.join('\n')).not.toContain('left as they are');
      });

      it('leaves those that somebody edited or added, and says which', async () => {
        await run({ source: model('whole', { 'samples/a.jpg': 'a', 'annotations.json': '[1]' }) });
        writeFileSync(join(root, 'apps/parking/models/ssd/samples/mine.jpg'), 'mine');
        writeFileSync(join(root, 'apps/parking/models/ssd/annotations.json'), '[2]');
        await run({ source: model('official-vision', { 'samples/c.jpg': 'c', 'annotations.json': '[3]' }) });
        expect(samples()).toEqual(['c.jpg', 'mine.jpg']);
        expect(read('models/ssd/annotations.json')).toBe('[2]');
        expect(told.join('\n')).toContain('left as they are: samples/mine.jpg, annotations.json');
      });

      it('throws away none that lay in the folder of the model', async () => {
        await run({ source: model('whole', {}) });
        const [own, labels] = [join(root, 'apps/parking/models/ssd'), 'coco'];
        mkdirSync(join(own, 'samples'));
        writeFileSync(join(own, 'samples/mine.jpg'), 'mine');
        await run({ source: own });
        await run({ source: model('official-vision', {}), labels });
        expect(samples()).toEqual(['mine.jpg']);
      });

      it('has nothing left of the demo model that came with the service', async () => {
        cpSync(join(__dirname, '../../../demo'), join(root, 'apps/parking/models/ssd'), { recursive: true });
        await run({ source: model('official-vision', { 'samples/c.jpg': 'c' }) });
        expect(samples()).toEqual(['c.jpg']);
      });
    });

    it('takes a folder, and says in the lock nothing of where it was', async () => {
      const exports = aFolder({ ...folder('cars/saved_model'), 'cars/labels.pbtxt': LABELS });
      await run({ source: join(exports, 'cars') });
      expect(lock().get('ssd')).toEqual({
        source: 'file:cars',
        savedModel: digestOfFiles(files),
        weights: 'vendored',
      });
      expect(read('models/ssd/labels.pbtxt')).toBe(LABELS);
      expect(await problemsOfModel()).toEqual([]);
      expect(await run({})).toEqual([]);
    });

    it('describes and locks a model that lies there already', async () => {
      const there = aFolder(folder('apps/parking/models/ssd/saved_model'));
      for (const file of [
        'nx.json',
        'package.json',
        'apps/parking/project.json',
        'apps/parking/tfod.json',
        'names.txt',
      ]) {
        writeFileSync(join(there, file), readFileSync(join(root, file)));
      }
      root = there;
      const before = statSync(weights()).ino;
      await run({ labels: 'names.txt' });
      expect(lock().get('ssd')?.source).toBe('file:ssd');
      expect(statSync(weights()).ino).toBe(before);
      expect(await problemsOfModel()).toEqual([]);
      writeFileSync(join(weights(), 'notes.md'), 'mine');
      await expect(run({})).rejects.toMatchObject({ code: 'MODEL_STRANGERS' });
      expect(readFileSync(join(weights(), 'notes.md'), 'utf8')).toBe('mine');
    });

    it.each([
      ['no labels come with it', 'whole', {}, 'MODEL_NO_LABELS'],
      [
        'it has more labels than its head has classes',
        'od-api-masks',
        { labels: 'open-images' },
        'LABELS_BEYOND_HEAD',
      ],
      ['it takes side inputs', 'od-api-side-inputs', { labels: 'coco' }, 'SIGNATURE_UNSUPPORTED'],
      ['it is no detector', 'classifier', { labels: 'coco' }, 'SIGNATURE_UNSUPPORTED'],
    ])('writes nothing when %s', async (_what, signature, options, code) => {
      const exports = aFolder(folder('x', signature));
      await expect(run({ source: join(exports, 'x'), ...options })).rejects.toMatchObject({ code });
      expect(readdirSync(join(root, 'apps/parking')).sort()).toEqual(['project.json', 'tfod.json']);
    });
  });

  it('asks the person who did not say where the model comes from', async () => {
    await run({ labels: 'coco' }, source());
    expect(lock().get('ssd')?.url).toBe(source());
    await expect(run({ name: 'other' }, '')).rejects.toMatchObject({ code: 'MODEL_SOURCE' });
  });

  it('lists the zoo', async () => {
    expect(await run({ list: true })).toEqual([]);
    const lines = told.join('\n').split('\n');
    expect(lines).toHaveLength(46);
    expect(lines[1]).toMatch(/^zoo:centernet_mobilenetv2fpn_512x512_coco17_od +6 +23\.4 +boxes$/);
    expect(lines.join('\n')).toMatch(/zoo:mask_rcnn_\S+ +301 +39\.0 \/ 34\.6 +boxes, masks/);
  });

  it('tells of everything that is wrong at once, before it fetches anything', async () => {
    const wrong: ModelOptions = {
      name: '../ssd',
      project: 'parkin',
      source: source(),
      sha256: 'abc',
      labels: 'nowhere.txt',
      labelOffset: 0.5,
      weights: 'lfs' as 'vendored',
      maxGigabytes: 0,
    };
    const codes = [
      'SERVICE_MODEL',
      'SERVICE_NOT_FOUND',
      'DIGEST_MALFORMED',
      'LABELS_MISSING',
      'LABELS_OFFSET',
      'MODEL_SIZE',
      'MODEL_WEIGHTS',
    ];
    const error = await run(wrong).catch((reason) => reason);
    expect(error.problems.map(({ code }: { code: string }) => code).sort()).toEqual(codes.sort());
    expect(server.requests).toEqual([]);
  });

  it.each<[string, ModelOptions, string]>([
    ['a service that is none', { project: 'geometry', source: 'demo' }, 'SERVICE_NOT_FOUND'],
    ['weights that nobody else can fetch', { source: 'demo', weights: 'fetched' }, 'MODEL_WEIGHTS'],
    ['a model that is not in the zoo', { source: 'zoo:yolo' }, 'MODEL_NOT_IN_ZOO'],
    ['an offset without labels', { source: 'demo', labelOffset: 1 }, 'LABELS_OFFSET'],
    ['nothing', {}, 'MODEL_SOURCE'],
  ])('refuses %s', async (_what, options, code) => {
    await expect(run(options)).rejects.toMatchObject({ code });
  });

  it('tells which services there are', async () => {
    const error = await modelGenerator(
      new FsTree(root, false),
      {},
      { machine: thisMachine, person: undefined, print: () => undefined },
    ).catch((reason) => reason);
    expect(error.message).toContain('parking, plates');
    expect(error.problems.map(({ code }: { code: string }) => code)).toEqual([
      'MODEL_NAME',
      'SERVICE_NOT_FOUND',
    ]);
  });

  it('takes a name of digits that Nx made a number of, and no other number', async () => {
    expect(await run({ name: 2024, source: 'demo' })).toContain('apps/parking/models/2024/model.json');
    await expect(run({ name: 1.1, source: 'demo' })).rejects.toThrow('SERVICE_MODEL');
  });
});
