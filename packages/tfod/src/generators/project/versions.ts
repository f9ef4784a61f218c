import { versionText } from '../../compat/matrix';
import type { ShippedLock } from '../../compat/shipped-locks';
import { chooseToolchain, type ToolchainChoice } from '../../compat/toolchain';
import { VARIANTS, type Variant } from '../../service/variant';
import type { Problem } from '../../values/tfod-error';
import { requirementPaths } from '../runtime/chain-files';
import type { AskedProject } from './options';
import type { WorkspaceFacts } from './workspace-facts';

/** The versions that were asked for, those in use where nothing was, else the newest that there are. */
export function chooseVersions(
  asked: AskedProject,
  variants: readonly Variant[],
  facts: WorkspaceFacts,
): ToolchainChoice {
  const { matrix, locks, inUse } = facts;
  if (asked.tensorflow === undefined && inUse.tensorflow === undefined && isJoined(asked, variants, facts)) {
    return { problems: [unknownVersion(asked, facts)] };
  }
  const known = {
    tensorflow: matrix.map((row) => row.tensorflow),
    python: matrix.flatMap((row) => row.pythons),
  };
  const version = (tool: 'tensorflow' | 'python'): string | undefined => {
    const written = asked[tool];
    return written === undefined ? inUse[tool] : versionText(written, known[tool]);
  };
  return chooseToolchain(
    { tensorflow: version('tensorflow'), python: version('python'), variants },
    matrix,
    locks,
  );
}

/** The set that the files of a project come from, if one is shipped. */
export function lockInUse(
  variants: readonly Variant[],
  { matrix, locks, inUse }: WorkspaceFacts,
): ShippedLock | undefined {
  const { tensorflow, python } = inUse;
  if (tensorflow === undefined || python === undefined) return undefined;
  return chooseToolchain({ tensorflow, python, variants }, matrix, locks).lock;
}

/** `TensorFlow 2.21 on Python 3.13`. */
export function versionsText({ tensorflow, python }: ShippedLock): string {
  return `TensorFlow ${tensorflow} on Python ${python}`;
}

/**
 * Whether files have to follow to other versions. Where it cannot be told what they are of, they are as somebody
 * made them, and only who asks for versions wants others; unless the versions are to tell what new files are of.
 */
export function isMove(
  asked: AskedProject,
  from: string | undefined,
  { to, isJoined }: { readonly to: string; readonly isJoined: boolean },
): boolean {
  if (from !== undefined) return from !== to;
  return !isJoined && (asked.tensorflow !== undefined || asked.python !== undefined);
}

/** Whether requirements of some variants are to be written beside others that are there. */
export function isJoined(
  { directory }: AskedProject,
  variants: readonly Variant[],
  { occupants }: WorkspaceFacts,
): boolean {
  const isThere = (path: string): boolean => occupants.includes(`${directory}/${path}`);
  return requirementPaths(VARIANTS).some(isThere) && !requirementPaths(variants).every(isThere);
}

function unknownVersion({ directory }: AskedProject, { occupants, locks }: WorkspaceFacts): Problem {
  const there = requirementPaths(VARIANTS).filter((path) => occupants.includes(`${directory}/${path}`));
  return {
    code: 'TOOLCHAIN_UNKNOWN',
    what: 'It cannot be told which TensorFlow new files must go with',
    where: `${directory}/requirements`,
    expected: 'a line such as tensorflow-cpu==2.21.0 in a lock',
    found: `none in ${there.join(', ')}`,
    remedy: `say which it is: --tensorflow=${locks.at(-1)?.tensorflow ?? '2.21'}, for instance`,
  };
}
