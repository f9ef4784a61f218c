import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readService } from '../service/read-service';
import { FakeEngine } from '../testing/fake-engine';
import { TinyWorkspace } from '../testing/tiny-service';
import { ensureAll, ensureImages } from './ensure-images';
import { temporaryRef } from './key';
import type { Receipt } from './receipt';
import { plainRequest, type ImagesRequest } from './request';

describe('images that several runs want at the same time', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;
  let said: string[];

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    fake = new FakeEngine();
    said = [];
  });
  afterEach(() => workspace.dispose());

  const machine = () => ({
    engine: fake.engine,
    env: { TFOD_CACHE_DIR: workspace.cacheFolder },
    report: (line: string) => void said.push(line),
    verbose: false,
    wheelFolder: workspace.wheelFolder,
  });

  async function requestOf(name: string): Promise<ImagesRequest> {
    const service = await readService(workspace.root, { name, root: `apps/${name}` });
    return plainRequest(workspace.root, service, {});
  }

  async function ensure(name: string, choices: Partial<ImagesRequest> = {}): Promise<Receipt> {
    return ensureImages({ ...(await requestOf(name)), ...choices }, machine());
  }

  /** Something that one waits for and another gives. */
  function signalled(): { readonly given: Promise<void>; readonly give: () => void } {
    let give = (): void => undefined;
    const given = new Promise<void>((resolve) => (give = resolve));
    return { given, give };
  }

  /** How often each key was built. */
  const counts = (): number[] => {
    const keys = fake.builds.flatMap(({ targets, wanted }) =>
      targets.filter(({ name }) => wanted.includes(name)).map(({ labels }) => labels['dev.tfod.key']),
    );
    return [...new Set(keys)].map((key) => keys.filter((each) => each === key).length);
  };

  it('are built once each, whoever wants them', async () => {
    const names = Array.from({ length: 10 }, (_, at) => `service-${at}`);
    names.forEach((name, at) => {
      workspace.addService(name);
      workspace.write(`apps/${name}/src/parking/detect.py`, `print(${at})\n`);
    });
    fake.duringBuild = () => sleep(50);
    // Each service twice: as it is when two people build the same commit.
    const receipts = await Promise.all([...names, ...names].map((name) => ensure(name)));
    expect(counts()).toEqual(Array.from({ length: 2 + names.length }, () => 1));
    expect(receipts.map(({ images }) => images.length)).toEqual(receipts.map(() => 3));
    expect(fake.refs().filter((ref) => ref.includes('tmp'))).toEqual([]);
    expect(fake.wrongNames()).toEqual([]);
  });

  it('are waited for in a line that says for whom, and are present then', async () => {
    workspace.addService('parking');
    workspace.addService('gate');
    let begun = (): void => undefined;
    const building = new Promise<void>((resolve) => (begun = resolve));
    fake.duringBuild = async () => {
      begun();
      await sleep(400);
    };
    const first = ensure('parking');
    await building;
    const { images } = await ensure('gate');
    await first;
    expect(said.filter((line) => line.startsWith('waiting'))).toEqual([
      expect.stringMatching(
        new RegExp(`^waiting for (base|tf|service-cpu), which pid ${process.pid} builds for parking$`),
      ),
    ]);
    expect(images.map(({ verdict }) => verdict)).toEqual(['present', 'present', 'present']);
    expect(counts()).toEqual([1, 1, 1]);
  });

  it('have no receipt of before when they are edited during the wait', async () => {
    workspace.addService('parking');
    workspace.addService('gate');
    workspace.write('apps/gate/src/parking/detect.py', 'print("gate")\n');
    await ensure('parking');
    const receipt = join(workspace.root, 'dist/apps/parking/images.json');
    const [building, waiting] = [signalled(), signalled()];
    fake.duringBuild = async () => {
      building.give();
      await waiting.given;
    };
    const first = ensure('gate');
    await building.given;
    let hadReceipt: boolean | undefined;
    const both = await Promise.all(['parking', 'gate'].map(requestOf));
    const batch = ensureAll(both, {
      ...machine(),
      report: (line) => {
        if (!line.startsWith('waiting')) return;
        workspace.write('apps/parking/src/parking/detect.py', 'print("edited")\n');
        fake.broken.add('parking-service-cpu');
        fake.duringBuild = () => void (hadReceipt = existsSync(receipt));
        waiting.give();
      },
    });
    const outcomes: string[] = [];
    for await (const each of batch) {
      outcomes.push(`${each.request.service.name} ${'error' in each ? each.error.code : 'done'}`);
    }
    await first;
    expect(outcomes).toEqual(['parking IMAGE_BUILD_FAILED', 'gate done']);
    expect([hadReceipt, existsSync(receipt)]).toEqual([false, false]);
  });

  it('are tried by the next when the first one fails', async () => {
    workspace.addService('parking');
    workspace.addService('gate');
    fake.broken.add('tf');
    fake.duringBuild = async () => {
      await sleep(100);
      if (fake.builds.length === 2) fake.broken.clear();
    };
    const [parking, gate] = await Promise.allSettled([ensure('parking'), ensure('gate')]);
    expect([parking.status, gate.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect(fake.wrongNames()).toEqual([]);
  });

  it('are looked for again by whoever has the turn', async () => {
    workspace.addService('parking');
    await ensure('parking');
    const all = fake.engine.imagesWithLabel;
    let looks = 0;
    const engine = {
      ...fake.engine,
      // As if another process had built them between the plan and the turn.
      imagesWithLabel: async (label: string) => (looks++ === 0 ? [] : all(label)),
    };
    const service = await readService(workspace.root, { name: 'parking', root: 'apps/parking' });
    const { images } = await ensureImages(plainRequest(workspace.root, service, {}), {
      engine,
      env: { TFOD_CACHE_DIR: workspace.cacheFolder },
      report: () => undefined,
      verbose: false,
      wheelFolder: workspace.wheelFolder,
    });
    expect(images.map(({ reasons }) => reasons[0])).toEqual(
      images.map(() => 'another process built it meanwhile'),
    );
    expect(fake.builds).toHaveLength(1);
  });

  it('have a name of their own while they are built on, whoever takes the temporary one away', async () => {
    workspace.addService('parking');
    workspace.addService('gate');
    workspace.write('apps/gate/src/parking/detect.py', 'print("gate")\n');
    await ensure('parking');
    const shared = fake.refs().filter((ref) => /tfod-(base|tf):/.test(ref));
    const temporary = (ref: string) => temporaryRef(ref, { host: '0a1b2c3d', pid: 1 });
    // Another process has built them and has yet to name them, which it does before the build reads them.
    for (const ref of shared) {
      fake.tag(ref, temporary(ref));
      fake.untag(ref);
    }
    fake.duringBuild = () =>
      shared.forEach((ref) => {
        fake.tag(temporary(ref), ref);
        fake.untag(temporary(ref));
      });
    const { images } = await ensure('gate');
    expect(shared).toHaveLength(2);
    expect(images.map(({ verdict }) => verdict)).toEqual(['present', 'present', 'build']);
    expect(fake.wrongNames()).toEqual([]);
  });

  it('are built by each when each is told to force it', async () => {
    workspace.addService('parking');
    await Promise.all([ensure('parking', { force: true }), ensure('parking', { force: true })]);
    expect(counts()).toEqual([2, 2, 2]);
  });

  it('are built from one digest of what they stand on', async () => {
    let resolved = 0;
    Object.assign(fake.engine, {
      resolve: async () => `sha256:${String(++resolved).padStart(64, '0')}`,
    });
    for (const name of ['parking', 'gate', 'plates']) {
      workspace.addService(name);
      workspace.write(`apps/${name}/docker/base.Dockerfile`, 'FROM python:3.13\nCOPY docker/base.txt /x\n');
    }
    await Promise.all(['parking', 'gate', 'plates'].map((name) => ensure(name, { frozenLock: false })));
    expect(resolved).toBe(1);
    expect(counts()).toEqual([1, 1, 1]);
  });
});
