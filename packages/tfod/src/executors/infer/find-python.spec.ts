import { CommandNotFoundError, runCommand, type Ran, type RunCommand } from '../../engine/run-command';
import { minorOf } from '../../compat/matrix';
import { findPython } from './find-python';

/** A machine with these commands, each answering with a version, or failing to start. */
function machine(commands: Readonly<Record<string, string | null>>): RunCommand {
  return async ({ file, args }) => {
    const key = [file, ...args.filter((arg) => /^-\d/.test(arg))].join(' ');
    const version = commands[key];
    if (version === undefined) throw new CommandNotFoundError(file);
    const answer = JSON.stringify({ version, platform: 'linux-x86_64', executable: `/usr/bin/${file}` });
    const ran: Ran = { code: 0, signal: null, stdout: answer, stderr: '', seconds: 0 };
    return version === null ? { ...ran, code: 127, stdout: 'pyenv: not installed' } : ran;
  };
}

describe('findPython', () => {
  it.each<[NodeJS.Platform, Record<string, string | null>, string]>([
    ['linux', { 'python3.13': '3.13.2', python3: '3.11.7' }, 'python3.13'],
    ['linux', { 'python3.13': null, python3: '3.13.0rc1' }, 'python3'],
    ['darwin', { python: '3.13.1' }, 'python'],
    ['win32', { 'py -3.13': '3.13.2' }, 'py'],
  ])('on %s with %j takes %s', async (platform, commands, file) => {
    expect((await findPython('3.13', machine(commands), platform)).command.file).toBe(file);
  });

  it('tells what there is instead', async () => {
    const error = await findPython('3.13', machine({ python3: '3.11.7', python: '3.11.7' }), 'linux').catch(
      (error: unknown) => error,
    );
    expect(error).toMatchObject({
      problems: [
        {
          code: 'PYTHON_NOT_FOUND',
          found: 'Python 3.11.7',
          remedy: expect.stringContaining('--python=3.11'),
        },
      ],
    });
  });

  it('says when there is none', async () => {
    await expect(findPython('3.13', machine({}), 'linux')).rejects.toMatchObject({
      problems: [{ found: 'no Python' }],
    });
  });

  it('understands the Python of this machine', async () => {
    const probe = await runCommand({
      file: 'python3',
      args: ['-c', 'import platform; print(platform.python_version())'],
    });
    const minor = minorOf(probe.stdout);
    if (minor === undefined) throw new Error(`python3 says ${probe.stdout}`);
    const python = await findPython(minor, runCommand, process.platform);
    expect(python.version).toBe(probe.stdout);
    expect(python.executable).toMatch(/^\//);
  });
});
