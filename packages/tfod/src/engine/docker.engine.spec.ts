import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithEngine } from '../testing/with-engine';
import { printable } from './command';
import { dockerEngine } from './docker';
import { buildImage } from './docker-commands';
import type { BuildEvent, BuildTarget } from './engine';
import { runCommand } from './run-command';

const PYTHON = 'python:3.13-slim-trixie';
const LABEL = 'dev.tfod.engine-spec';

describeWithEngine('the Docker engine', () => {
  const engine = dockerEngine();
  const run = process.pid;
  let scratch: string;
  let target: BuildTarget;

  beforeAll(async () => {
    const { platform } = await engine.open();
    scratch = mkdtempSync(join(tmpdir(), 'tfod-docker-spec-'));
    writeFileSync(join(scratch, 'file'), 'content');
    target = {
      name: 'base',
      context: scratch,
      dockerfile: join(scratch, 'Dockerfile'),
      contexts: {},
      args: {},
      labels: { [LABEL]: String(run) },
      platform,
      refs: [`tfod-spec-${run}:base`],
      secrets: [],
      fresh: false,
      cacheFrom: [],
      cacheTo: [],
    };
  });

  afterAll(async () => {
    for (const { refs } of await engine.imagesWithLabel(`${LABEL}=${run}`)) {
      for (const ref of refs) await engine.untag(ref);
    }
    rmSync(scratch, { recursive: true, force: true });
  });

  const dockerfile = (name: string, text: string): string => {
    const path = join(scratch, `${name}.Dockerfile`);
    writeFileSync(path, text);
    return path;
  };

  async function build(targets: readonly BuildTarget[], wanted: readonly string[]) {
    const events: BuildEvent[] = [];
    const builder = await engine.openBuilder();
    const outcome = await engine.build({ targets, wanted, builder, scratch }, (event) => events.push(event));
    return { outcome, events };
  }

  it('builds a parent and its child in one go, with arguments, secrets and contexts as they are', async () => {
    const tricky = '${HOME} %{x} $${y} "quoted" \\ ä, b';
    writeFileSync(join(scratch, 'secret'), 'hush');
    const base = {
      ...target,
      dockerfile: dockerfile('base', 'FROM scratch\nARG TEXT\nLABEL text=$TEXT\nCOPY file /file\n'),
      args: { TEXT: tricky },
    };
    const child = {
      ...target,
      name: 'child',
      dockerfile: dockerfile(
        'child',
        `FROM ${PYTHON} AS look\nRUN --network=none --mount=type=bind,from=base,target=/b --mount=type=secret,id=s cat /b/file /run/secrets/s\nFROM base\nCOPY --from=extra file /again\n`,
      ),
      contexts: { base: { from: 'target', name: 'base' }, extra: { from: 'folder', path: scratch } } as const,
      secrets: [`id=s,src=${join(scratch, 'secret')}`],
      refs: [`tfod-spec-${run}:child`],
    };
    const { outcome } = await build([base, child], ['base', 'child']);
    expect(outcome).toEqual({ ok: true });
    const images = await engine.imagesWithLabel(`${LABEL}=${run}`);
    expect(images.flatMap(({ refs }) => refs).sort()).toEqual([...base.refs, ...child.refs]);
    expect(images.map(({ labels }) => labels['text'])).toEqual([tricky, tricky]);
  });

  it('sees a parent that the engine has, by its name', async () => {
    const child = {
      ...target,
      name: 'late',
      dockerfile: dockerfile('late', 'FROM parent\nCOPY file /late\n'),
      contexts: { parent: { from: 'image', ref: target.refs[0] ?? '' } } as const,
      refs: [`tfod-spec-${run}:late`],
    };
    expect((await build([child], ['late'])).outcome).toEqual({ ok: true });
    const [built] = await engine.inspect([`tfod-spec-${run}:late`]);
    expect(built?.platform).toBe(target.platform);
  });

  it('runs the printed command of one image in a shell, with the same result', async () => {
    const byHand = {
      ...target,
      dockerfile: dockerfile('by hand', 'FROM scratch\nARG TEXT\nLABEL text=$TEXT\nCOPY file /file\n'),
      args: { TEXT: "it's $HOME" },
      refs: [`tfod-spec-${run}:by-hand`],
    };
    const shell = await runCommand({ file: '/bin/sh', args: ['-ec', printable(buildImage(byHand))] });
    expect(shell).toMatchObject({ code: 0 });
    const [image] = await engine.inspect(byHand.refs);
    expect(image?.labels).toMatchObject({ text: "it's $HOME", [LABEL]: String(run) });
  });

  it('tells which image failed, where, and the end of its log', async () => {
    const sound = {
      ...target,
      name: 'sound',
      dockerfile: dockerfile('sound', 'FROM scratch\nCOPY file /\n'),
    };
    const broken = {
      ...target,
      name: 'broken',
      dockerfile: dockerfile('broken', `FROM ${PYTHON}\nRUN echo out of luck && exit 7\n`),
      refs: [`tfod-spec-${run}:broken`],
    };
    const { outcome, events } = await build([sound, broken], ['sound', 'broken']);
    if (outcome.ok) throw new Error('it was built');
    expect([...outcome.failures]).toEqual([
      [
        'broken',
        {
          step: expect.stringContaining('RUN echo out of luck'),
          error: expect.stringContaining('7'),
          tail: ['out of luck'],
        },
      ],
    ]);
    expect(events).toContainEqual({ type: 'log', target: 'broken', line: 'out of luck' });
    expect(await engine.inspect(broken.refs)).toEqual([]);
  });

  it.each([
    ['a file that was not staged', 'FROM scratch\nCOPY nothing /\n', /nothing/],
    ['a Dockerfile that it cannot read', 'FROM scratch\nCOPPY a b\n', /COPPY/i],
    ['a parent that is not there', 'FROM tfod-spec-nowhere.invalid/x:1\n', /nowhere/],
  ])('tells of %s, whichever way it fails', async (_what, text, expected) => {
    const sound = {
      ...target,
      name: 'sound',
      dockerfile: dockerfile('sound', 'FROM scratch\nCOPY file /\n'),
    };
    const broken = {
      ...target,
      name: 'broken',
      dockerfile: dockerfile('broken', text),
      refs: [`tfod-spec-${run}:x`],
    };
    const { outcome } = await build([sound, broken], ['sound', 'broken']);
    if (outcome.ok) throw new Error('it was built');
    const found = [outcome.message, ...[...outcome.failures.values()].map(({ error }) => error)].join('\n');
    expect(found).toMatch(expected);
    if (outcome.failures.size > 0) expect([...outcome.failures.keys()]).toEqual(['broken']);
  });

  it('gives names and takes them, and does not mind one that is not there', async () => {
    const name = `tfod-spec-${run}:another`;
    await engine.tag(target.refs[0] ?? '', name);
    expect(
      (await engine.inspect([name, `tfod-spec-${run}:never`])).map(({ refs }) => refs.includes(name)),
    ).toEqual([true]);
    await engine.untag(name);
    await engine.untag(name);
    expect(await engine.inspect([name])).toEqual([]);
  });

  it('asks the registry for a digest, by itself or through the engine', async () => {
    const direct = await engine.resolve(`${process.env['TFOD_TEST_REGISTRY']}/library/${PYTHON}`);
    expect(direct).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await engine.resolve(PYTHON)).toBe(direct);
    await expect(engine.resolve('tfod-spec-nowhere.invalid/x:1')).rejects.toMatchObject({
      code: 'IMAGE_NOT_RESOLVED',
    });
  });

  it('pushes to a registry, and says why it could not', async () => {
    const name = `${process.env['TFOD_TEST_REGISTRY']}/tfod-spec/${run}:1`;
    await engine.tag(target.refs[0] ?? '', name);
    await engine.push(name, { onLine: () => undefined });
    expect(await engine.resolve(name)).toMatch(/^sha256:/);
    await engine.untag(name);
    await expect(engine.push(name, { onLine: () => undefined })).rejects.toMatchObject({
      code: 'PUSH_FAILED',
    });
  });

  it('stops a build when told to', async () => {
    const slow = {
      ...target,
      name: 'slow',
      dockerfile: dockerfile('slow', `FROM ${PYTHON}\nRUN echo ${randomUUID()} && sleep 60\n`),
      refs: [`tfod-spec-${run}:slow`],
    };
    const abort = new AbortController();
    const builder = await engine.openBuilder();
    const running = engine.build(
      { targets: [slow], wanted: ['slow'], builder, scratch, signal: abort.signal },
      (event) => {
        if (event.type === 'started' && event.step.includes('sleep')) abort.abort(new Error('enough'));
      },
    );
    await expect(running).rejects.toThrow('enough');
    expect(await engine.inspect(slow.refs)).toEqual([]);
  });

  it('says that a builder is not there', async () => {
    await expect(engine.openBuilder('tfod-no-such-builder')).rejects.toMatchObject({
      code: 'BUILDER_NOT_FOUND',
    });
  });
});
