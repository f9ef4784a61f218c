import { versionText } from '../../compat/matrix';
import type { ShippedLock } from '../../compat/shipped-locks';
import { chooseToolchain, type ToolchainChoice } from '../../compat/toolchain';
import type { Variant } from '../../service/variant';
import type { AskedProject } from './options';
import type { WorkspaceFacts } from './workspace-facts';

/** The versions that were asked for, those in use where nothing was, else the newest that there are. */
export function chooseVersions(
  asked: AskedProject,
  variants: readonly Variant[],
  { matrix, locks, inUse }: WorkspaceFacts,
): ToolchainChoice {
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
 * made them, and only who asks for versions wants others.
 */
export function isMove(asked: AskedProject, from: string | undefined, to: string): boolean {
  if (from !== undefined) return from !== to;
  return asked.tensorflow !== undefined || asked.python !== undefined;
}
