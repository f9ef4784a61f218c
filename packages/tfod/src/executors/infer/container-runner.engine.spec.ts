import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand, type RunCommand } from '../../engine/run-command';
import { TinyWorkspace } from '../../testing/tiny-service';
import { describeWithEngine } from '../../testing/with-engine';
import inferExecutor from './executor';
import type { InferOptions } from './schema';
import { here } from './surroundings';

const SPACE = `tfod-infer-spec/${process.pid}`;

/** Stands where the runtime does and tells what a container of the service sees; no TensorFlow is needed for that. */
const DETECT = `
import json, os, pathlib, sys, time
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
lines = [json.loads(line) for line in open(options["--list"])]
names = [line["name"] for line in lines]
if "hang.jpg" in names:
    print("hanging", flush=True)
    time.sleep(600)
def can_write(path):
    try:
        pathlib.Path(path).write_text("")
        return True
    except OSError:
        return False
facts = {
    "read": {line["name"]: open(line["path"]).read() for line in lines},
    "writesPictures": can_write(pathlib.Path(lines[0]["path"]).with_name("new")),
    "network": os.listdir("/sys/class/net"),
    "home": can_write(pathlib.Path.home() / "x"),
    "ref": os.environ["TFOD_IMAGE_REF"],
}
output = pathlib.Path(options["--output"])
(output / "deep").mkdir(exist_ok=True)
(output / "deep" / "facts.json").write_text(json.dumps(facts))
print("facts", output / "deep" / "facts.json")
print("a warning", file=sys.stderr)
sys.exit({"failed.jpg": 1, "wrong.jpg": 2}.get(names[0], 0))
`;

describeWithEngine('infer in a container', () => {
  let workspace: TinyWorkspace;
  let told: { out: string[]; err: string[] };

  beforeAll(() => {
    workspace = new TinyWorkspace(SPACE);
    workspace.addService('parking', { image: `${SPACE}/parking` });
    workspace.write('apps/parking/docker/base.Dockerfile', 'FROM python:3.13-slim-trixie\n');
    workspace.write('apps/parking/src/parking/detect.py', DETECT);
    workspace.write(
      'apps/parking/Dockerfile',
      'FROM runtime\nCOPY src/ /app/\nENV PYTHONPATH=/app\nUSER 10001:10001\nENTRYPOINT ["python", "-m", "parking.detect"]\n',
    );
    for (const name of ['shots/a.jpg', 'shots/deep/b.jpg', 'more, "odd"/c.jpg', 'store/linked.jpg'])
      picture(name);
    symlinkSync('../store/linked.jpg', join(workspace.root, 'shots/link.jpg'));
  });
  beforeEach(() => (told = { out: [], err: [] }));
  afterAll(() => {
    workspace.dispose();
    const images = docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}').split('\n');
    docker('image', 'rm', '--force', ...images.filter((ref) => ref.startsWith(SPACE)));
  });

  it('builds what is missing, sees the pictures and nothing else, and leaves results of the caller', async () => {
    expect(await infer({ input: ['shots', 'more, "odd"/c.jpg'], output: 'out' })).toBe(true);
    const facts = JSON.parse(workspace.read('out/deep/facts.json'));
    expect(facts).toEqual({
      read: {
        'a.jpg': 'shots/a.jpg',
        'c.jpg': 'more, "odd"/c.jpg',
        'deep/b.jpg': 'shots/deep/b.jpg',
        'link.jpg': 'store/linked.jpg',
      },
      writesPictures: false,
      network: ['lo'],
      home: true,
      ref: expect.stringMatching(new RegExp(`^${SPACE}/parking:k-[0-9a-f]{32}$`)),
    });
    const { uid, gid } = statSync(join(workspace.root, 'out/deep/facts.json'));
    expect([uid, gid]).toEqual([process.getuid?.(), process.getgid?.()]);
    expect(told.out).toEqual(['facts out/deep/facts.json']);
    expect(told.err.at(-1)).toBe('a warning');
  });

  it('runs its image whatever DOCKER_DEFAULT_PLATFORM says', async () => {
    const env = { DOCKER_DEFAULT_PLATFORM: process.arch === 'arm64' ? 'linux/amd64' : 'linux/arm64' };
    const run: RunCommand = (command, rest) =>
      runCommand(command.args[0] === 'run' ? { ...command, env } : command, rest);
    expect(await infer({ input: 'shots', output: 'elsewhere' }, undefined, run)).toBe(true);
  });

  it.each(['failed.jpg', 'wrong.jpg'])('fails when the runtime does: %s', async (name) => {
    picture(`bad/${name}`);
    expect(await infer({ input: `bad/${name}` })).toBe(false);
    expect(told.out).toHaveLength(1);
  });

  it('removes the container when it is told to stop', async () => {
    picture('hang.jpg');
    const stopped = infer({ input: 'hang.jpg' }, (line) => {
      if (line === 'hanging') process.emit('SIGTERM', 'SIGTERM');
    });
    expect(await stopped).toBe(false);
    expect(told.err.join('\n')).toContain('INFER_STOPPED');
    expect(docker('ps', '--all', '--format', '{{.Names}}')).not.toContain(`tfod-infer-${process.pid}`);
  });

  it('says why no container came to be', async () => {
    const before = workspace.read('apps/parking/Dockerfile');
    workspace.write('apps/parking/Dockerfile', before.replace('"python"', '"no-such-program"'));
    expect(await infer({ input: 'shots' })).toBe(false);
    expect(told.err.join('\n')).toMatch(/CONTAINER_NOT_STARTED[^]*no-such-program/);
    workspace.write('apps/parking/Dockerfile', before);
  });

  it('prints what it would run, which runs', async () => {
    expect(await infer({ input: 'shots', output: 'dry', dryRun: true })).toBe(true);
    const command = told.out.at(-1) ?? '';
    expect(() => statSync(join(workspace.root, 'dry'))).toThrow('ENOENT');
    const [, list = '', entry = ''] = /^# (\S+) gets a line[^]*\n# (.*)\n/m.exec(told.out.join('\n')) ?? [];
    mkdirSync(dirname(list), { recursive: true });
    writeFileSync(list, entry);
    mkdirSync(join(workspace.root, 'dry'));
    execFileSync('/bin/sh', ['-c', command]);
    expect(JSON.parse(readFileSync(join(workspace.root, 'dry/deep/facts.json'), 'utf8')).read).toEqual({
      'a.jpg': 'shots/a.jpg',
    });
  });

  async function infer(
    options: InferOptions,
    onOut?: (line: string) => void,
    run = runCommand,
  ): Promise<boolean> {
    const context = {
      root: workspace.root,
      projectName: 'parking',
      projectsConfigurations: { version: 2, projects: { parking: { root: 'apps/parking' } } },
      isVerbose: false,
    };
    const { success } = await inferExecutor(options, context, {
      ...here(),
      env: { ...process.env, TFOD_CACHE_DIR: workspace.cacheFolder, CI: '' },
      run,
      wheelFolder: workspace.wheelFolder,
      report: (line) => told.err.push(line),
      print: (line) => {
        told.out.push(line);
        onOut?.(line);
      },
    });
    return success;
  }

  /** A file that is as good as a picture to the stand-in: it holds its own name. */
  function picture(name: string) {
    workspace.write(name, name);
  }

  function docker(...args: string[]): string {
    return execFileSync('docker', args, { encoding: 'utf8' });
  }
});
