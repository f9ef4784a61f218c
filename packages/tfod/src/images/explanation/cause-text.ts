import type { Cause, DockerfileCause, FileCause, OwnCause, PackageChange } from './cause';

/** How many files or packages a text names before it counts the rest. */
const NAMED = 3;

/**
 * One line for each cause: `src/a.py changed`, and for what lies below `tf ← base: docker/base.Dockerfile line 7
 * changed`. Given a name, every line begins with it.
 */
export function causeLines(causes: readonly Cause[], name?: string): string[] {
  const path = name === undefined ? [] : [name];
  return linesBelow(causes, path);
}

function linesBelow(causes: readonly Cause[], path: readonly string[]): string[] {
  const own = causes.filter((cause) => cause.input !== 'parent');
  return [
    ...ownLines(own).map((line) => (path.length === 0 ? line : `${path.join(' ← ')}: ${line}`)),
    ...causes.flatMap((cause) => {
      if (cause.input !== 'parent') return [];
      const below = [...path, cause.name];
      if (cause.causes !== undefined) return linesBelow(cause.causes, below);
      return [
        `${below.join(' ← ')}: another image, and nothing here tells from what the one before was made`,
      ];
    }),
  ];
}

function ownLines(causes: readonly OwnCause[]): string[] {
  const files = causes.filter((cause) => cause.input === 'file');
  const others = causes.filter((cause) => cause.input !== 'file');
  const beforeFiles = others.filter(({ input }) => input !== 'pin').map(ownLine);
  const pins = others.filter(({ input }) => input === 'pin').map(ownLine);
  const projects = [...new Set(files.map(({ project }) => project))];
  return [
    ...beforeFiles,
    ...projects.flatMap((project) => fileLines(files.filter((file) => file.project === project))),
    ...pins,
  ];
}

function ownLine(cause: Exclude<OwnCause, FileCause>): string {
  switch (cause.input) {
    case 'schema':
      return 'this version of tfod makes other images';
    case 'platform':
      return `the platform is ${cause.after}, it was ${cause.before}`;
    case 'dockerfile':
      return dockerfileLine(cause);
    case 'argument':
      return `build argument ${cause.name}: ${cause.before ?? 'none'} → ${cause.after ?? 'none'}`;
    case 'pin':
      return `${cause.ref}: ${shortDigest(cause.before)} → ${shortDigest(cause.after)}`;
  }
}

function dockerfileLine({ path, lines, removed }: DockerfileCause): string {
  if (lines.length > 0) return `${path} line${lines.length > 1 ? 's' : ''} ${lines.join(', ')} changed`;
  if (removed > 0) return `${path} lost ${removed === 1 ? 'an instruction' : `${removed} instructions`}`;
  return `${path} changed`;
}

function fileLines(files: readonly FileCause[]): string[] {
  const project = files[0]?.project;
  const prefix = project === undefined ? '' : `${project}: `;
  const named = files.slice(0, NAMED).map((file) => prefix + fileLine(file));
  const rest = files.length - named.length;
  return rest > 0 ? [...named, `${prefix}${rest} more files changed`] : named;
}

function fileLine({ path, change, packages = [] }: FileCause): string {
  const name = path === './' ? 'the files' : path;
  if (change === 'left out') return `${name} is left out now`;
  if (change === 'mode') return `${name} is executable or is no more`;
  return packages.length === 0 ? `${name} ${change}` : `${name} ${change} (${packageList(packages)})`;
}

function packageList(packages: readonly PackageChange[]): string {
  const named = packages
    .slice(0, NAMED)
    .map(({ name, before, after }) => `${name} ${before ?? 'none'} → ${after ?? 'none'}`);
  const rest = packages.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

function shortDigest(digest: string | undefined): string {
  return digest === undefined ? 'not used' : digest.slice(0, 'sha256:'.length + 12);
}
