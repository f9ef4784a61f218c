import { aFolder } from '../testing/a-folder';
import { describeWithEngine } from '../testing/with-engine';
import { parsePlatform } from '../values/platform';
import { containerName } from './container-name';
import { removeContainer } from './docker-run';
import { copyInto, createProgram, runProgram, startProgram, type ImageProgram } from './gpu-container';
import { runCommand } from './run-command';

const PROGRAM: ImageProgram = {
  name: containerName('gpu-container-spec', 'program'),
  image: 'python:3.13-slim-trixie',
  platform: parsePlatform(`linux/${process.arch === 'arm64' ? 'arm64' : 'amd64'}`),
  request: undefined,
  program: 'python',
  args: [],
  env: { HOME: '/tmp' },
};
const python = (script: string): ImageProgram => ({ ...PROGRAM, args: ['-c', script] });

describeWithEngine('a program of an image', () => {
  beforeAll(() => runCommand({ file: 'docker', args: ['pull', '--quiet', PROGRAM.image] }));

  it('keeps its streams apart and its exit code, and sees no network', async () => {
    const script =
      'import os, socket, sys; print(os.environ["HOME"], [n for _, n in socket.if_nameindex()]); print("log", file=sys.stderr); sys.exit(3)';
    expect(await runCommand(runProgram(python(script)))).toMatchObject({
      code: 3,
      stdout: "/tmp ['lo']",
      stderr: 'log',
    });
  });

  it('gets a file before it starts', async () => {
    const folder = aFolder({ 'a picture.jpg': 'bytes' });
    const program = python('print(open("/picture.jpg").read())');
    const steps = [
      createProgram(program),
      copyInto(program.name, `${folder}/a picture.jpg`, '/picture.jpg'),
      startProgram(program.name),
    ];
    try {
      for (const step of steps.slice(0, -1)) expect(await runCommand(step)).toMatchObject({ code: 0 });
      expect(await runCommand(startProgram(program.name))).toMatchObject({ code: 0, stdout: 'bytes' });
    } finally {
      await runCommand(removeContainer(program.name));
    }
    const left = await runCommand({
      file: 'docker',
      args: ['ps', '--all', '--quiet', '--filter', `name=${program.name}`],
    });
    expect(left.stdout).toBe('');
  });
});
