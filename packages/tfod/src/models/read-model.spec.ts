import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Service } from '../service/service';
import { checkModel } from './read-model';

const SERVICE: Service = {
  name: 'parking',
  root: 'apps/parking',
  variants: ['cpu'],
  model: 'cars',
  image: 'parking',
  port: 8080,
};

describe('checkModel', () => {
  let workspace: string;
  let cache: { folder: string; nowMs: number };
  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), 'tfod-model-'));
    cache = { folder: join(workspace, 'cache'), nowMs: Date.now() };
    write('model.json', '{ "name": "cars" }');
    write('labels.pbtxt', 'item { id: 1 name: "car" }');
    write('saved_model/saved_model.pb', 'graph');
    write('saved_model/variables/variables.index', 'index');
    write('saved_model/variables/variables.data-00000-of-00001', 'weights');
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  it('finds nothing wrong with a whole model', async () => {
    expect(await codes()).toEqual([]);
    write('model.json', JSON.stringify({ name: 'cars', digest: digestBySha256sum() }));
    expect(await codes()).toEqual([]);
  });

  it('says what there is instead of a model', async () => {
    rmSync(join(workspace, SERVICE.root, 'models/cars'), { recursive: true });
    mkdirSync(join(workspace, SERVICE.root, 'models/demo'));
    expect(await checkModel(workspace, SERVICE, cache)).toEqual([
      expect.objectContaining({
        code: 'MODEL_MISSING',
        where: 'apps/parking/models/cars',
        found: 'the models demo',
      }),
    ]);
  });

  it('reports everything at once', async () => {
    write('model.json', '{ "name": 3 }');
    remove('labels.pbtxt');
    remove('saved_model/saved_model.pb');
    expect(await codes()).toEqual(['MODEL_MANIFEST_INVALID', 'MODEL_NO_LABELS', 'MODEL_NO_SAVED_MODEL']);
  });

  it.each([
    '{',
    '[]',
    '{}',
    '{ "name": "" }',
    '{ "name": "x", "digest": "md5:1" }',
    '{ "name": "x", "digest": 1 }',
  ])('refuses a model.json of %s', async (text) => {
    write('model.json', text);
    expect(await codes()).toEqual(['MODEL_MANIFEST_INVALID']);
  });

  it('tells how to write a model.json that is missing', async () => {
    remove('model.json');
    expect(await checkModel(workspace, SERVICE, cache)).toEqual([
      expect.objectContaining({
        code: 'MODEL_MANIFEST_INVALID',
        found: 'ENOENT',
        remedy: 'write at least { "name": "cars" } into it',
      }),
    ]);
  });

  it('knows a Git LFS pointer', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n';
    write('saved_model/variables/variables.data-00000-of-00001', pointer);
    expect(await checkModel(workspace, SERVICE, cache)).toEqual([
      expect.objectContaining({
        code: 'MODEL_LFS_POINTER',
        found: 'variables/variables.data-00000-of-00001',
        remedy: 'git lfs pull',
      }),
    ]);
  });

  it('knows one in the place of the label map or of a picture', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n';
    for (const path of ['labels.pbtxt', 'samples/a.jpg']) write(path, pointer);
    write('samples/b.jpg', 'a picture');
    expect(await checkModel(workspace, SERVICE, cache)).toEqual([
      expect.objectContaining({
        code: 'MODEL_LFS_POINTER',
        where: 'apps/parking/models/cars',
        found: 'labels.pbtxt, samples/a.jpg',
        remedy: 'git lfs pull',
      }),
    ]);
  });

  it('notices other weights, also at once after it looked', async () => {
    write('model.json', JSON.stringify({ name: 'cars', digest: digestBySha256sum() }));
    expect(await codes()).toEqual([]);
    write('saved_model/variables/variables.data-00000-of-00001', 'WEIGHTS');
    expect(await codes()).toEqual(['MODEL_DIGEST_MISMATCH']);
  });

  it('reads settled weights once, until one of the files is touched', async () => {
    write('model.json', JSON.stringify({ name: 'cars', digest: digestBySha256sum() }));
    cache.nowMs = Date.now() + 60_000;
    expect(await codes()).toEqual([]);
    forgeMemo('0'.repeat(64));
    expect(await codes()).toEqual(['MODEL_DIGEST_MISMATCH']);
    const weights = join(workspace, SERVICE.root, 'models/cars/saved_model/saved_model.pb');
    utimesSync(weights, new Date(), new Date());
    expect(await codes()).toEqual([]);
  });

  it('keeps no digest of weights that were written just now', async () => {
    write('model.json', JSON.stringify({ name: 'cars', digest: digestBySha256sum() }));
    await codes();
    expect(() => readdirSync(join(cache.folder, 'models'))).toThrow('ENOENT');
  });

  it.each([
    ['nothing can be written to the cache folder', join(__filename, 'cache')],
    ['there is no cache folder', undefined],
  ])('reads the weights where %s', async (_, folder) => {
    const unkept = { folder, nowMs: Date.now() + 60_000 };
    write('model.json', JSON.stringify({ name: 'cars', digest: digestBySha256sum() }));
    expect(await checkModel(workspace, SERVICE, unkept)).toEqual([]);
    write('saved_model/saved_model.pb', 'other');
    expect(await checkModel(workspace, SERVICE, unkept)).toMatchObject([{ code: 'MODEL_DIGEST_MISMATCH' }]);
  });

  it('survives a cache that was cut short', async () => {
    write('model.json', JSON.stringify({ name: 'cars', digest: digestBySha256sum() }));
    cache.nowMs = Date.now() + 60_000;
    await codes();
    for (const name of readdirSync(join(cache.folder, 'models'))) {
      writeFileSync(join(cache.folder, 'models', name), '{');
    }
    expect(await codes()).toEqual([]);
  });

  describe('whose weights are fetched', () => {
    const lock = (weights: string) =>
      JSON.stringify({
        version: 1,
        models: {
          cars: {
            source: 'https://h/cars.tar.gz',
            url: 'https://h/cars.tar.gz',
            sha256: `sha256:${'1'.repeat(64)}`,
            savedModel: digestBySha256sum(),
            weights,
          },
        },
      });
    const command = 'npx nx g tfod:model cars --project=parking';

    it('names the command that fetches them', async () => {
      write('../models.lock.json', lock('fetched'));
      expect(await codes()).toEqual([]);
      remove('saved_model/saved_model.pb');
      expect(await checkModel(workspace, SERVICE, cache)).toEqual([
        expect.objectContaining({
          code: 'MODEL_NOT_FETCHED',
          expected: expect.stringContaining('https://h/cars.tar.gz'),
          remedy: command,
        }),
      ]);
    });

    it('names it for others than those that model.json describes, too', async () => {
      write('model.json', JSON.stringify({ name: 'cars', digest: `sha256:${'0'.repeat(64)}` }));
      write('../models.lock.json', lock('fetched'));
      expect(await checkModel(workspace, SERVICE, cache)).toEqual([
        expect.objectContaining({ code: 'MODEL_DIGEST_MISMATCH', remedy: command }),
      ]);
      write('../models.lock.json', lock('vendored'));
      expect(await checkModel(workspace, SERVICE, cache)).toEqual([
        expect.objectContaining({ remedy: expect.stringContaining('restore the files') }),
      ]);
    });

    it('tells of a lock that cannot be read', async () => {
      write('../models.lock.json', '<<<<<<< HEAD');
      expect(await codes()).toEqual(['MODELS_LOCK_MALFORMED']);
    });
  });

  it('leaves links out, as the runtime does', async () => {
    write('model.json', JSON.stringify({ name: 'cars', digest: digestBySha256sum() }));
    symlinkSync('saved_model.pb', join(workspace, SERVICE.root, 'models/cars/saved_model/link.pb'));
    expect(await codes()).toEqual([]);
  });

  /** The formula once more, by other means. */
  function digestBySha256sum(): string {
    const script = "find . -type f | sed 's|^./||' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum";
    const folder = join(workspace, SERVICE.root, 'models/cars/saved_model');
    const [hex] = execFileSync('/bin/sh', ['-c', script], { cwd: folder, encoding: 'utf8' }).split(' ');
    return `sha256:${hex}`;
  }

  function forgeMemo(hex: string) {
    const [name = ''] = readdirSync(join(cache.folder, 'models'));
    const file = join(cache.folder, 'models', name);
    const memo = JSON.parse(execFileSync('cat', [file], { encoding: 'utf8' }));
    writeFileSync(file, JSON.stringify({ ...memo, digest: `sha256:${hex}` }));
  }

  async function codes() {
    return (await checkModel(workspace, SERVICE, cache)).map(({ code }) => code);
  }

  function write(path: string, text: string) {
    const file = join(workspace, SERVICE.root, 'models/cars', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  function remove(path: string) {
    rmSync(join(workspace, SERVICE.root, 'models/cars', path));
  }
});
