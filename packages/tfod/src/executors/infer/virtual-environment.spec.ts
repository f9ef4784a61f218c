import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../../engine/command';
import { runCommand, type RunCommand } from '../../engine/run-command';
import type { Python } from './find-python';
import {
  ensureEnvironment,
  environmentCommands,
  findEnvironment,
  type Recipe,
  type Workshop,
} from './virtual-environment';

/** A wheel of one module, made by hand: a zip with the three files that the wheel format asks for. */
const MAKE_WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("hello.py", "print('hello')")
    info = "hello-1.0.dist-info"
    wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: hello\\nVersion: 1.0\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: hand\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
`;

/** Stands in for Python and pip where only what is kept matters: making a real environment takes seconds. */
const quickInstaller: RunCommand = async ({ args }) => {
  if (args.includes('venv')) {
    const bin = join(args.at(-1) ?? '', 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'python'), '');
  }
  return { code: 0, signal: null, stdout: '', stderr: '', seconds: 0 };
};

describe('ensureEnvironment', () => {
  jest.setTimeout(120_000);
  let folder: string;
  let lock: string;
  let wheel: string;
  let ran: Command[];
  let told: string[];
  const python: Python = {
    command: { file: 'python3', args: [] },
    version: '3.11.7',
    platform: 'linux-x86_64',
    executable: '/usr/bin/python3',
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tfod-venv-'));
    lock = join(folder, 'tf.lock');
    wheel = join(folder, 'hello-1.0-py3-none-any.whl');
    writeFileSync(lock, '# nothing is needed\n');
    execFileSync('python3', ['-c', MAKE_WHEEL, wheel]);
    [ran, told] = [[], []];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes an environment once, also for two who want it at the same time', async () => {
    const recipe = { python, lock, wheel };
    const [first, second] = await Promise.all([
      ensureEnvironment(recipe, workshop()),
      ensureEnvironment(recipe, workshop()),
    ]);
    expect(first).toBe(second);
    expect(execFileSync(first, ['-m', 'hello'], { encoding: 'utf8' })).toBe('hello\n');
    expect(ran).toHaveLength(3);
    expect(told).toContain(`waiting for the virtual environment, which pid ${process.pid} makes`);

    expect(await ensureEnvironment(recipe, workshop())).toBe(first);
    expect(ran).toHaveLength(3);
  });

  it('makes another one for another lock, wheel or Python, and makes one that was destroyed again', async () => {
    const recipe = { python, lock, wheel };
    const made = await ensureEnvironment(recipe, workshop(quickInstaller));
    const { key, python: there } = await findEnvironment(recipe, workshop());
    expect(there).toBe(made);
    rmSync(made);
    expect((await findEnvironment(recipe, workshop())).python).toBeUndefined();
    const older = { ...python, version: '3.11.6' };
    expect((await findEnvironment({ ...recipe, python: older }, workshop())).key).not.toBe(key);
    writeFileSync(lock, '# still nothing\n');
    expect((await findEnvironment(recipe, workshop())).key).not.toBe(key);
  });

  it.each([
    ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES', 'VENV_FAILED', '--verbose'],
    ['OSError: [Errno 28] No space left on device', 'DISK_FULL', 'TFOD_CACHE_DIR'],
    ['The virtual environment was not created: ensurepip is not available', 'VENV_FAILED', 'python3.11-venv'],
  ])('leaves nothing when it fails, and says why: %s', async (stderr, code, remedy) => {
    const failing: RunCommand = async (command) => {
      const ran = await quickInstaller(command);
      return command.args.includes('--requirement') ? { ...ran, code: 1, stderr } : ran;
    };
    await expect(ensureEnvironment({ python, lock, wheel }, workshop(failing))).rejects.toMatchObject({
      problems: [{ code, where: lock, found: stderr, remedy: expect.stringContaining(remedy) }],
    });
    expect(readdirSync(join(folder, 'venvs'))).toEqual([]);
  });

  it('clears away what a killed maker left', async () => {
    const { key } = await findEnvironment({ python, lock, wheel }, workshop());
    const left = join(folder, 'venvs', `${key}.999999`);
    mkdirSync(left, { recursive: true });
    await ensureEnvironment({ python, lock, wheel }, workshop(quickInstaller));
    expect(existsSync(left)).toBe(false);
  });

  it('clears away what nobody used for thirty days, when it makes another one', async () => {
    const old = { python, lock, wheel };
    const used = { python: { ...python, version: '3.11.6' }, lock, wheel };
    const [oldPython, usedPython] = [
      await ensureEnvironment(old, workshop(quickInstaller)),
      await ensureEnvironment(used, workshop(quickInstaller)),
    ];
    for (const recipe of [old, used]) await age(recipe, 31);
    await ensureEnvironment(used, workshop(quickInstaller));
    await ensureEnvironment({ ...old, python: { ...python, version: '3.11.5' } }, workshop(quickInstaller));
    expect([existsSync(oldPython), existsSync(usedPython)]).toEqual([false, true]);
    expect((await findEnvironment(old, workshop())).python).toBeUndefined();
    expect(told).toContain('removing a virtual environment that was last used 31 days ago');
    await age(used, 29);
    await ensureEnvironment(old, workshop(quickInstaller));
    expect(existsSync(usedPython)).toBe(true);
  });

  it('clears away what a process left that was killed while it cleared away', async () => {
    const [old, recent] = ['a', 'b'].map((digit) => join(folder, 'venvs', `${digit.repeat(32)}.1`));
    for (const left of [old, recent]) mkdirSync(left ?? '', { recursive: true });
    const then = Date.now() / 1000 - 31 * 24 * 60 * 60;
    utimesSync(old ?? '', then, then);
    await ensureEnvironment({ python, lock, wheel }, workshop(quickInstaller));
    expect([old, recent].map((left) => existsSync(left ?? ''))).toEqual([false, true]);
  });

  async function age(recipe: Recipe, days: number): Promise<void> {
    const { marker } = await findEnvironment(recipe, workshop());
    const then = Date.now() / 1000 - days * 24 * 60 * 60;
    utimesSync(marker, then, then);
  }

  function workshop(installer: RunCommand = runCommand): Workshop {
    const run: RunCommand = (command, options) => {
      ran.push(command);
      return installer(command, options);
    };
    const report = (line: string) => void told.push(line);
    return { folder: join(folder, 'venvs'), platform: process.platform, run, report, verbose: false };
  }
});

it('knows where Windows puts Python', () => {
  const python = {
    command: { file: 'py', args: ['-3.13'] },
    version: '3.13.2',
    platform: 'win-amd64',
    executable: 'x',
  };
  const [create, install] = environmentCommands({ python, lock: 'l', wheel: 'w' }, 'venv', 'win32');
  expect(create).toEqual({ file: 'py', args: ['-3.13', '-m', 'venv', 'venv'] });
  expect(install?.file).toBe(join('venv', 'Scripts', 'python.exe'));
});
