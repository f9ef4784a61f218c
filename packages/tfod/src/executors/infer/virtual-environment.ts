import { access, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../../engine/command';
import type { Ran, RunCommand } from '../../engine/run-command';
import { writeFileAtomic } from '../../files/atomic-write';
import { takeTurn, type Holder } from '../../files/turn';
import { digestOf, hexOf } from '../../values/digest';
import { TfodError } from '../../values/tfod-error';
import type { Python } from './find-python';
import { noteUse, removeUnused } from './unused-environments';

/** What a virtual environment is made from; equal recipes make equal environments. */
export interface Recipe {
  readonly python: Python;
  /** A requirements file with hashes, absolute. */
  readonly lock: string;
  /** Another one, for what comes on top of it. */
  readonly extra?: string;
  /** The wheel of the runtime, absolute. */
  readonly wheel: string;
}

/** What making an environment needs of its surroundings. */
export interface Workshop {
  /** Where environments are kept. */
  readonly folder: string;
  readonly platform: NodeJS.Platform;
  readonly run: RunCommand;
  /** Hears one line of progress at a time. */
  readonly report: (line: string) => void;
  /** Whether the installer's own words are wanted. */
  readonly verbose: boolean;
  readonly signal?: AbortSignal;
}

/** Digits of the key in a folder's name. */
const NAME_DIGITS = 32;
const PROGRESS_MS = 5000;

/** The environment of a recipe when it is whole, and how to make it when it is not. */
export interface Environment {
  readonly key: string;
  /** The file that is written last, and says which folder is whole. */
  readonly marker: string;
  /** The Python of the environment; undefined while there is none. */
  readonly python: string | undefined;
}

/** Looks for an environment; makes nothing. */
export async function findEnvironment(recipe: Recipe, workshop: Workshop): Promise<Environment> {
  const key = await keyOf(recipe);
  const marker = join(workshop.folder, `${key}.json`);
  const name = await readMarker(marker);
  const python = name === undefined ? undefined : pythonIn(join(workshop.folder, name), workshop.platform);
  // The Python that it was made with may have been removed from the machine.
  const works =
    python !== undefined &&
    (await access(python).then(
      () => true,
      () => false,
    ));
  return { key, marker, python: works ? python : undefined };
}

/**
 * The Python of the recipe's environment, which is made unless it is there. An environment cannot be moved, so
 * each maker works in a folder of its own, and the marker names the one that became whole first. Throws
 * VENV_FAILED.
 */
export async function ensureEnvironment(recipe: Recipe, workshop: Workshop): Promise<string> {
  const found = await findEnvironment(recipe, workshop);
  const python = found.python ?? (await makeOnce(recipe, found, workshop));
  await noteUse(found.marker);
  return python;
}

/** Whoever has the turn makes it; the others wait. */
function makeOnce(recipe: Recipe, { key, marker }: Environment, workshop: Workshop): Promise<string> {
  const { report, signal } = workshop;
  const onWait = ({ pid }: Holder) => report(`waiting for the virtual environment, which pid ${pid} makes`);
  return takeTurn(
    join(workshop.folder, `${key}.lock`),
    async () => {
      const made = await findEnvironment(recipe, workshop);
      if (made.python !== undefined) return made.python;
      await removeLeftovers(key, workshop);
      const name = `${key}.${process.pid}`;
      await make(recipe, join(workshop.folder, name), workshop);
      await writeFileAtomic(marker, `${JSON.stringify({ folder: name, ...recipe }, null, 2)}\n`);
      await removeUnused(workshop.folder, new Date(), report);
      return pythonIn(join(workshop.folder, name), workshop.platform);
    },
    { purpose: 'the virtual environment', onWait, ...(signal && { signal }) },
  );
}

/** The commands that make an environment in a folder, in their order. */
export function environmentCommands(
  { python, lock, extra, wheel }: Recipe,
  folder: string,
  platform: NodeJS.Platform,
): readonly Command[] {
  const pip = (...args: string[]): Command => ({
    file: pythonIn(folder, platform),
    args: ['-m', 'pip', 'install', '--no-deps', '--no-input', '--disable-pip-version-check', ...args],
  });
  return [
    { ...python.command, args: [...python.command.args, '-m', 'venv', folder] },
    ...[lock, ...(extra === undefined ? [] : [extra])].map((file) =>
      pip('--require-hashes', '--only-binary', ':all:', '--progress-bar', 'off', '--requirement', file),
    ),
    pip('--no-index', wheel),
  ];
}

async function make(recipe: Recipe, folder: string, workshop: Workshop): Promise<void> {
  workshop.report(`making a virtual environment, once for this lock, in ${folder}`);
  await mkdir(workshop.folder, { recursive: true });
  try {
    for (const command of environmentCommands(recipe, folder, workshop.platform)) {
      const ran = await workshop.run(command, {
        onLine: progress(workshop),
        ...(workshop.signal && { signal: workshop.signal }),
      });
      if (ran.code !== 0) throw failed(recipe, command, ran);
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Says now and then how many packages have come. */
function progress({ report, verbose }: Workshop): (line: string) => void {
  let [packages, told] = [0, Date.now()];
  return (line) => {
    if (verbose) return report(line);
    if (/^Collecting /.test(line)) packages++;
    if (packages === 0 || Date.now() - told < PROGRESS_MS) return;
    told = Date.now();
    report(/^Installing /.test(line) ? `installing ${packages} packages` : `${packages} packages have come`);
  };
}

/** Folders of makers that were killed, or that lost a race. */
async function removeLeftovers(key: string, { folder }: Workshop): Promise<void> {
  const names = await readdir(folder);
  const left = names.filter((name) => name.startsWith(`${key}.`) && /\.\d+$/.test(name));
  await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

async function keyOf({ python, lock, extra, wheel }: Recipe): Promise<string> {
  const { version, platform, executable } = python;
  const record = {
    schema: 1,
    python: { version, platform, executable },
    lock: digestOf(await readFile(lock)),
    ...(extra !== undefined && { extra: digestOf(await readFile(extra)) }),
    wheel: digestOf(await readFile(wheel)),
  };
  return hexOf(digestOf(JSON.stringify(record))).slice(0, NAME_DIGITS);
}

async function readMarker(marker: string): Promise<string | undefined> {
  const text = await readFile(marker, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { folder: string }).folder;
}

function pythonIn(folder: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
}

function failed({ lock, python }: Recipe, command: Command, ran: Ran): TfodError {
  const output = `${ran.stdout}\n${ran.stderr}`.trim();
  const full = /no space left on device|disk quota exceeded/i.test(output);
  const noPip = /ensurepip is not available/i.test(output);
  return new TfodError({
    code: full ? 'DISK_FULL' : 'VENV_FAILED',
    what: full
      ? 'The disk is full: the virtual environment was not made'
      : 'The virtual environment could not be made',
    where: command.args.includes('--requirement') ? lock : `Python ${python.version}`,
    found: lastLines(output),
    remedy: full
      ? 'free space, or set TFOD_CACHE_DIR to a folder on another disk'
      : noPip
        ? `install the package with Python's venv module (Debian and Ubuntu: python${python.version.split('.').slice(0, 2).join('.')}-venv)`
        : 'the lines above are the last that were printed; --verbose prints all',
  });
}

function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/^\[notice\]/.test(line));
  return lines.slice(-12).join('\n            ') || 'nothing';
}
