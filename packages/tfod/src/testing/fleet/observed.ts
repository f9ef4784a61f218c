import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildTarget } from '../../engine/engine';
import { seenFile, seenLink, SEEN_FOLDER, type Content } from './content';

/**
 * What a builder finds when it is handed a target: every file of every folder that it may see, not only those that
 * the Dockerfile names. `imageNamed` tells the id of the content of an image.
 */
export function observed(target: BuildTarget, imageNamed: (ref: string) => string | undefined): Content {
  const lines = usedLines(readFileSync(target.dockerfile, 'utf8'));
  const named: Record<string, Record<string, string>> = {};
  const externals: Record<string, string> = {};
  const parents: Record<string, string> = {};
  for (const [alias, source] of Object.entries(target.contexts)) {
    if (source.from === 'folder') named[alias] = filesIn(source.path);
    else if (source.from === 'target') parents[alias] = imageNamed(source.name) ?? 'not there';
    else if (source.ref.includes('@')) externals[alias] = source.ref.slice(source.ref.indexOf('@') + 1);
    else parents[alias] = imageNamed(source.ref) ?? 'not there';
  }
  return {
    role: target.labels['dev.tfod.role'] ?? '',
    variant: target.labels['dev.tfod.variant'],
    dockerfile: lines,
    args: Object.fromEntries(
      lines.flatMap((line) => {
        const [, name = '', value = ''] = /^ARG (\w+)=(.*)$/.exec(line) ?? [];
        return name === '' ? [] : [[name, target.args[name] ?? value]];
      }),
    ),
    context: filesIn(target.context),
    named,
    externals,
    parents,
  };
}

/** The lines of the last stage and of those that it takes from, without comments. */
function usedLines(dockerfile: string): readonly string[] {
  const lines = dockerfile.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const used = new Set<string>();
  const stages = stagesOf(lines);
  const visit = (stage: readonly string[] | undefined): void => {
    if (stage === undefined || used.has(stage.join('\n'))) return;
    used.add(stage.join('\n'));
    for (const line of stage) {
      const [, name] = /^FROM (\S+)|\bfrom=([^\s,]+)/.exec(line)?.filter(Boolean) ?? [];
      visit(stages.find(([first = '']) => name !== undefined && first.endsWith(` AS ${name}`)));
    }
  };
  visit(stages.at(-1));
  return stages.filter((stage) => used.has(stage.join('\n'))).flat();
}

function stagesOf(lines: readonly string[]): readonly (readonly string[])[] {
  const starts = lines.flatMap((line, at) => (line.startsWith('FROM ') ? [at] : []));
  return starts.map((start, at) => lines.slice(start, starts[at + 1]));
}

/** All files, links and empty folders below a folder. */
export function filesIn(folder: string, below = ''): Record<string, string> {
  const names = readdirSync(join(folder, below));
  if (names.length === 0 && below !== '') return { [below]: SEEN_FOLDER };
  return Object.assign(
    {},
    ...names.map((name) => {
      const path = below === '' ? name : `${below}/${name}`;
      const stats = lstatSync(join(folder, path));
      if (stats.isDirectory()) return filesIn(folder, path);
      if (stats.isSymbolicLink()) return { [path]: seenLink(readlinkSync(join(folder, path))) };
      return { [path]: seenFile(readFileSync(join(folder, path), 'utf8'), (stats.mode & 0o111) !== 0) };
    }),
  ) as Record<string, string>;
}
