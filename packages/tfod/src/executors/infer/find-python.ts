import { minorOf, type Minor } from '../../compat/matrix';
import type { Command } from '../../engine/command';
import { CommandNotFoundError, type RunCommand } from '../../engine/run-command';
import { TfodError } from '../../values/tfod-error';

/** A Python that is installed on this machine. */
export interface Python {
  /** How it was found: `python3.13`, or `py` with its flag. */
  readonly command: Pick<Command, 'file' | 'args'>;
  /** `3.13.2`. */
  readonly version: string;
  /** What its wheels must be for, as Python itself says it: `linux-x86_64`. */
  readonly platform: string;
  /** The file that runs, also where the command is that of a virtual environment. */
  readonly executable: string;
}

const PROBE = [
  'import json, os, platform, sys, sysconfig',
  'print(json.dumps({"version": platform.python_version(), "platform": sysconfig.get_platform(),',
  '  "executable": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)}))',
].join('\n');

/** Looks for the Python of that minor on the PATH; throws PYTHON_NOT_FOUND with what is there instead. */
export async function findPython(minor: Minor, run: RunCommand, platform: NodeJS.Platform): Promise<Python> {
  const others: Python[] = [];
  for (const command of candidates(minor, platform)) {
    const python = await look(command, run);
    if (python && minorOf(python.version) === minor) return python;
    if (python) others.push(python);
  }
  throw notFound(minor, others);
}

/** Looks for a Python of any of these minors, in their order; throws PYTHON_NOT_FOUND. */
export async function findAnyPython(
  minors: readonly Minor[],
  run: RunCommand,
  platform: NodeJS.Platform,
): Promise<Python> {
  const others: Python[] = [];
  for (const command of minors.flatMap((minor) => candidates(minor, platform))) {
    const python = await look(command, run);
    const minor = python === undefined ? undefined : minorOf(python.version);
    if (python && minor !== undefined && minors.includes(minor)) return python;
    if (python) others.push(python);
  }
  throw new TfodError({
    code: 'PYTHON_NOT_FOUND',
    what: 'What was found is evaluated by Python, and none that fits is on this machine',
    expected: minors.map((minor) => `python${minor}`).join(' or '),
    found: versionsOf(others),
    remedy: 'install one of them',
  });
}

function candidates(minor: Minor, platform: NodeJS.Platform): readonly Pick<Command, 'file' | 'args'>[] {
  if (platform === 'win32') {
    return [
      { file: 'py', args: [`-${minor}`] },
      { file: 'python', args: [] },
    ];
  }
  return [`python${minor}`, 'python3', 'python'].map((file) => ({ file, args: [] }));
}

/** Undefined when there is none, or when it does not start, like the shim of a version that was not chosen. */
async function look(command: Pick<Command, 'file' | 'args'>, run: RunCommand): Promise<Python | undefined> {
  try {
    const ran = await run({ ...command, args: [...command.args, '-c', PROBE] });
    return ran.code === 0 ? { command, ...(JSON.parse(ran.stdout) as Omit<Python, 'command'>) } : undefined;
  } catch (error) {
    if (error instanceof CommandNotFoundError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function notFound(minor: Minor, others: readonly Python[]): TfodError {
  const other = minorOf(others[0]?.version ?? '');
  return new TfodError({
    code: 'PYTHON_NOT_FOUND',
    what: `The service stands on Python ${minor}, which is not on this machine`,
    expected: `python${minor} on the PATH`,
    found: versionsOf(others),
    remedy:
      `install Python ${minor}, or use --using=container` +
      (other === undefined ? '' : `, or generate a service with --python=${other}`),
  });
}

function versionsOf(pythons: readonly Python[]): string {
  const versions = [...new Set(pythons.map(({ version }) => version))];
  return versions.length === 0 ? 'no Python' : `Python ${versions.join(', ')}`;
}
