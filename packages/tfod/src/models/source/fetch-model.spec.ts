import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { aFolder } from '../../testing/a-folder';
import { ModelServer, type Mischief } from '../../testing/model-server';
import { digestOfFiles, modelArchive, noise, savedModel } from '../../testing/small-model';
import { digestOf, hexOf, parseDigest, type Digest } from '../../values/digest';
import { UNPACK_LIMITS } from '../archive/unpack';
import { ModelStore } from '../store/store';
import { fetchModel } from './fetch-model';
import type { Source } from './source';
import type { ModelMachine } from './stored-model';

const FILES = savedModel('whole', noise(400_000));
const DIGEST = digestOfFiles(FILES);
const ARCHIVE = modelArchive(FILES);
const SHA256 = digestOf(ARCHIVE);
const MAX = 1e7;

describe('fetchModel', () => {
  let cache: string;
  let machine: ModelMachine;
  let now: number;
  beforeEach(() => {
    cache = aFolder();
    now = Date.now();
    machine = machineOf(cache);
  });

  function machineOf(folder: string): ModelMachine {
    return {
      store: new ModelStore(folder, () => now),
      network: {
        env: {},
        screen: { write: () => undefined, isTty: false },
        now: Date.now,
        patience: { attempts: 2, worthwhileBytes: 1e6, firstPauseMs: 1, stallMs: 300, stallBytes: 1000 },
      },
      limits: UNPACK_LIMITS,
    };
  }

  const contentOf = (folder: string) =>
    digestOfFiles(
      Object.fromEntries(Object.keys(FILES).map((path) => [path, readFileSync(join(folder, path))])),
    );
  const stored = () => readdirSync(join(cache, 'models/trees'));
  const fromPath = (path: string, sha256?: Digest) =>
    fetchModel({ kind: 'path', path }, { sha256, maxBytes: MAX }, machine);

  describe('from a server', () => {
    let server: ModelServer;
    beforeEach(async () => (server = await new ModelServer(ARCHIVE).start()));
    afterEach(() => server.stop());

    const source = (): Source => ({ kind: 'address', url: server.url() });
    const fetched = (sha256?: Digest, from = source()) =>
      fetchModel(from, { sha256, maxBytes: MAX }, machine);

    it('finds the SavedModel in the archive and keeps it by its digest', async () => {
      const model = await fetched();
      expect(model).toMatchObject({
        savedModel: DIGEST,
        folder: join(cache, 'models/trees', hexOf(DIGEST)),
        archive: { sha256: SHA256, bytes: ARCHIVE.length },
      });
      expect(contentOf(model.folder)).toBe(DIGEST);
      expect(readdirSync(model.folder).sort()).toEqual(['saved_model.pb', 'variables']);
      expect(readdirSync(join(cache, 'models/scratch'))).toEqual([]);
    });

    it('asks nobody for an archive whose sha256 it knows', async () => {
      const first = await fetched();
      now += 60 * 60 * 1000;
      expect(await fetched(SHA256)).toEqual(first);
      expect(await fetched(SHA256, { kind: 'address', url: new URL('https://mirror.invalid/x') })).toEqual(
        first,
      );
      expect(server.requests).toHaveLength(1);
    });

    it('asks again for one that it has only the address of, after a while', async () => {
      await fetched();
      await fetched();
      expect(server.requests).toHaveLength(1);
      now += 60 * 60 * 1000;
      server.archive = modelArchive(savedModel('whole', 'other'));
      expect((await fetched()).savedModel).not.toBe(DIGEST);
    });

    it('fetches once for a hundred at once', async () => {
      const models = await Promise.all(Array.from({ length: 100 }, () => fetched()));
      expect(new Set(models.map(({ savedModel: digest }) => digest))).toEqual(new Set([DIGEST]));
      expect(server.bodies).toBe(1);
    }, 15_000);

    it.each<[string, Mischief[]]>([
      ['cuts the connection', [{ cutAfter: 200_000 }]],
      ['cuts it again and again', [{ cutAfter: 200_000 }, { cutAfter: 200_000 }]],
      ['says that there is more', [{ claimLength: ARCHIVE.length + 9 }, { claimLength: ARCHIVE.length + 9 }]],
      ['says that there is less', [{ claimLength: ARCHIVE.length - 9 }]],
      ['sends other bytes', [{ wrongBytes: Buffer.from('<html>login</html>') }]],
      ['sends another archive', [{ wrongBytes: modelArchive(savedModel('tf-hub')) }]],
      ['sends a broken archive', [{ wrongBytes: ARCHIVE.subarray(0, 200_000) }]],
      ['sends a hostile archive', [{ wrongBytes: modelArchive(FILES, [{ name: '../x', content: 'x' }]) }]],
      ['sends nothing', [{ wrongBytes: Buffer.alloc(0) }]],
      ['goes on elsewhere', [{ cutAfter: 200_000 }, { continueAt: 1 }]],
      ['stalls', [{ stallAfter: 200_000 }, { stallAfter: 0 }]],
      ['redirects in a circle', Array.from({ length: 30 }, () => ({ redirect: '/ssd.tar.gz' }))],
      ['refuses', [{ status: 403 }]],
    ])('never has a wrong or half model when the server %s', async (_what, mischief) => {
      server.mischief = [...mischief];
      const outcome = await fetched(SHA256).catch((error: Error) => error);
      if (outcome instanceof Error) {
        expect(outcome).toMatchObject({
          name: 'TfodError',
          code: expect.stringMatching(/^(DOWNLOAD|MODEL|ARCHIVE)_/),
        });
        expect(existsSync(join(cache, 'models/trees'))).toBe(false);
      }
      server.mischief = [];
      expect(contentOf((await fetched(SHA256)).folder)).toBe(DIGEST);
      expect(stored()).toEqual([hexOf(DIGEST)]);
    });

    it('takes pieces apart that do not belong together', async () => {
      server.mischief = [{ cutAfter: 200_000, wrongBytes: Buffer.alloc(ARCHIVE.length, 'x') }];
      expect((await fetched(SHA256)).savedModel).toBe(DIGEST);
      expect(server.requests.map(({ range }) => range !== undefined)).toEqual([false, true, false]);
    });

    it('refuses an archive that is another than the one recorded', async () => {
      const recorded = parseDigest(`sha256:${'0'.repeat(64)}`);
      await expect(fetched(recorded)).rejects.toMatchObject({
        code: 'MODEL_SHA256_MISMATCH',
        problems: [expect.objectContaining({ expected: recorded, found: SHA256 })],
      });
      expect(existsSync(join(cache, 'models/trees'))).toBe(false);
    });

    it('allows an archive to grow as far as it may be large', async () => {
      server.archive = modelArchive({ ...FILES, 'variables/zeros': Buffer.alloc(2 * MAX) });
      await expect(fetched()).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
    });

    it('puts away what somebody did to the store, and fetches it again', async () => {
      const { folder } = await fetched();
      const weights = join(folder, 'variables/variables.index');
      expect(statSync(weights).mode & 0o222).toBe(0);
      chmodSync(weights, 0o644);
      writeFileSync(weights, 'edited');
      expect(contentOf((await fetched(SHA256)).folder)).toBe(DIGEST);
      expect(server.bodies).toBe(2);
    });

    it('fetches once for several processes', async () => {
      const results = await Promise.all([1, 2, 3].map(() => fetchElsewhere(server.url(), cache)));
      expect(results).toEqual([1, 2, 3].map(() => DIGEST));
      expect(server.bodies).toBe(1);
    }, 90_000);

    it('goes on after a process that was killed', async () => {
      server.mischief = [{ stallAfter: 200_000 }];
      const child = startElsewhere(server.url(), cache);
      for (let looks = 0; partBytes(cache) === 0 && looks < 3000; looks += 1)
        await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(contentOf((await fetched()).folder)).toBe(DIGEST);
      expect(server.requests.at(-1)?.range).toMatch(/^bytes=\d+-$/);
    }, 90_000);
  });

  describe('from this machine', () => {
    it('takes an archive, whatever its name is', async () => {
      const path = join(aFolder({ 'model.bin': ARCHIVE }), 'model.bin');
      expect(await fromPath(path)).toMatchObject({
        savedModel: DIGEST,
        archive: { sha256: SHA256 },
      });
      await expect(fromPath(path, digestOf('other'))).rejects.toMatchObject({
        code: 'MODEL_SHA256_MISMATCH',
      });
    });

    it('takes the label map of an archive, if there is one', async () => {
      const labels = 'item { id: 1 name: "car" }';
      const one = modelArchive(FILES, [
        { name: 'ssd/label_map.pbtxt', content: labels },
        { name: 'ssd/._label_map.pbtxt', content: labels },
        { name: 'ssd/graph.pbtxt', content: 'node { }' },
      ]);
      const two = modelArchive(FILES, [
        { name: 'ssd/a.pbtxt', content: labels },
        { name: 'ssd/b.pbtxt', content: labels },
      ]);
      const folder = aFolder({ 'one.tgz': one, 'two.tgz': two });
      expect((await fromPath(join(folder, 'one.tgz'))).labels).toBe(labels);
      expect((await fromPath(join(folder, 'one.tgz'))).labels).toBe(labels);
      expect((await fromPath(join(folder, 'two.tgz'))).labels).toBeUndefined();
    });

    const inFolder = (prefix: string) =>
      Object.fromEntries(Object.entries(FILES).map(([path, bytes]) => [`${prefix}${path}`, bytes]));

    it.each([
      ['a SavedModel', '', ''],
      ['an export', 'saved_model/', ''],
      ['a folder with an export deep inside', 'a/b/saved_model/', ''],
    ])('takes %s', async (_what, prefix) => {
      const folder = aFolder({
        ...inFolder(`m/${prefix}`),
        'm/README.md': 'x',
        'm/.git/saved_model.pb': 'x',
      });
      const model = await fromPath(join(folder, 'm'));
      expect(model.savedModel).toBe(DIGEST);
      expect(contentOf(model.folder)).toBe(DIGEST);
    });

    it('takes a model folder with all that is in it', async () => {
      const folder = aFolder({
        ...inFolder('m/saved_model/'),
        'm/labels.pbtxt': 'item { id: 1 name: "car" }',
        'm/model.json': '{ "name": "cars", "licence": "MIT", "adapter": { "classOffset": 1 } }',
        'm/samples/b.jpg': 'b',
        'm/samples/a.png': 'a',
        'm/samples/notes.txt': 'x',
        'm/annotations.json': '{}',
      });
      const expected = {
        labels: 'item { id: 1 name: "car" }',
        licence: 'MIT',
        adapter: { classOffset: 1 },
        besides: ['samples/a.png', 'samples/b.jpg', 'annotations.json'].map((path) => ({
          path,
          from: join(folder, 'm', path),
        })),
      };
      expect(await fromPath(join(folder, 'm'))).toMatchObject(expected);
      expect(await fromPath(join(folder, 'm/saved_model'))).toMatchObject(expected);
    });

    it.each([
      ['nothing', 'nowhere', {}, 'MODEL_SOURCE'],
      ['an empty folder', 'm', { m: 'EMPTY FOLDER' as const }, 'MODEL_NO_SAVED_MODEL'],
      ['two exports', 'm', { ...inFolder('m/1/'), ...inFolder('m/2/') }, 'MODEL_SEVERAL'],
      [
        'a pointer',
        'm',
        { ...inFolder('m/'), 'm/variables/variables.index': 'version https://git-lfs.github.com/spec/v1\n' },
        'MODEL_LFS_POINTER',
      ],
      ['a picture', 'cat.png', { 'cat.png': '\x89PNG' }, 'ARCHIVE_UNKNOWN'],
      [
        'an archive of something else',
        'a.tgz',
        { 'a.tgz': gzipSync(Buffer.alloc(1024)) },
        'MODEL_NO_SAVED_MODEL',
      ],
    ])('refuses %s', async (_what, path, contents, code) => {
      await expect(fromPath(join(aFolder(contents), path))).rejects.toMatchObject({ code });
      expect(existsSync(join(cache, 'models/trees'))).toBe(false);
    });

    it('refuses a folder with links instead of files, and a sha256 for a folder', async () => {
      const folder = aFolder(inFolder(''));
      await expect(fromPath(folder, SHA256)).rejects.toMatchObject({ code: 'MODEL_SOURCE' });
      rmSync(join(folder, 'variables/variables.index'));
      symlinkSync('/etc/passwd', join(folder, 'variables/variables.index'));
      await expect(fromPath(folder)).rejects.toMatchObject({ code: 'MODEL_LINKS' });
    });
  });

  it('has the same model once, from wherever it comes', async () => {
    const folder = aFolder(Object.fromEntries(Object.entries(FILES)));
    writeFileSync(join(folder, '../same.tgz'), ARCHIVE);
    const [one, other] = [await fromPath(folder), await fromPath(join(folder, '../same.tgz'))];
    rmSync(join(folder, '../same.tgz'));
    expect(one.folder).toBe(other.folder);
    expect(stored()).toHaveLength(1);
  });
});

const ELSEWHERE = join(__dirname, '../../testing/fetch-elsewhere.cjs');

function startElsewhere(url: URL, cache: string) {
  return fork(ELSEWHERE, [url.href, cache], { silent: true });
}

/** Fetches in a process of its own; gives the digest of the SavedModel. */
async function fetchElsewhere(url: URL, cache: string): Promise<string> {
  const child = startElsewhere(url, cache);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk) => (out += chunk));
  child.stderr?.on('data', (chunk) => (err += chunk));
  await once(child, 'close');
  return out.trim() || err;
}

function partBytes(cache: string): number {
  const folder = join(cache, 'models/parts');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.json')) : [];
  return Math.max(0, ...names.map((name) => statSync(join(folder, name)).size));
}
