import type { BuildTarget } from './engine';

/** The target that a step belongs to, for a step that BuildKit tells under the name of a target. */
export type StepOrigin = (target: string, step: string) => string;

/**
 * Where targets stand on each other, BuildKit names a step after whichever target asked for it first. It belongs to the
 * nearest one below in whose Dockerfile it is written, if it is not written in that of the target itself.
 */
export function stepOrigins(
  targets: readonly BuildTarget[],
  dockerfiles: ReadonlyMap<string, string>,
): StepOrigin {
  const parents = new Map(targets.map((target) => [target.name, parentsOf(target)]));
  const texts = new Map([...dockerfiles].map(([name, text]) => [name, inOneLine(text)]));
  return (target, step) => {
    const words = step.replace(/^\d+\/\d+ /, '');
    const asked = [target];
    for (const name of asked) {
      if (texts.get(name)?.includes(words)) return name;
      asked.push(...(parents.get(name) ?? []).filter((parent) => !asked.includes(parent)));
    }
    return target;
  };
}

function parentsOf({ contexts }: BuildTarget): readonly string[] {
  return Object.values(contexts).flatMap((source) => (source.from === 'target' ? [source.name] : []));
}

/** As BuildKit writes a step: continued lines joined, white space made one blank. */
function inOneLine(text: string): string {
  return text.replace(/[\\`]\r?\n/g, ' ').replace(/\s+/g, ' ');
}
