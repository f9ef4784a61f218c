import { basename, dirname, posix } from 'node:path';
import { SERVICE_FILE } from '../service/service';
import { FilesSeen } from './files-seen';
import { looseJson } from './loose-json';

/** The files that name a project, the one with the last word first. */
const NAMING_FILES = ['project.json', 'package.json', 'pyproject.toml'] as const;

/** All files that make a folder a project. */
export const PROJECT_FILE_NAMES = [SERVICE_FILE, ...NAMING_FILES];
export const PROJECT_FILES = `**/{${PROJECT_FILE_NAMES.join(',')}}`;

/**
 * The names that Nx will give to the projects in the folders of these files, by folder: while nodes are being made
 * there is no list of projects yet. A folder that turns out to be none does no harm.
 */
export function foreseenNames(
  workspaceRoot: string,
  files: readonly string[],
  nameOf = (root: string): string => projectName(root, new FilesSeen(workspaceRoot)),
): ReadonlyMap<string, string> {
  // Every workspace has a package.json in its root, and few are a project themselves.
  const relevant = files.filter((file) => dirname(file) !== '.' || !/^(package\.json|pyproject)/.test(file));
  const roots = [...new Set(relevant.map((file) => dirname(file)))];
  return new Map(roots.map((root) => [root, nameOf(root)]));
}

/** The name that Nx will give to the project in a folder. */
export function projectName(root: string, files: FilesSeen): string {
  for (const file of NAMING_FILES) {
    const name = nameIn(file, files.read(posix.join(root, file)));
    if (typeof name === 'string' && name !== '') return name;
  }
  return basename(files.pathOf(root)).toLowerCase();
}

/** What a file says; one that cannot be read is reported by Nx itself. */
function nameIn(file: (typeof NAMING_FILES)[number], text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    if (file === 'pyproject.toml') return nameInToml(text);
    const { name, nx } = looseJson(text) as { name?: unknown; nx?: { name?: unknown } };
    return nx?.name ?? name;
  } catch {
    return undefined;
  }
}

/** `name` in the section of the package, or of Poetry. */
function nameInToml(text: string): string | undefined {
  return text
    .split(/^(?=\s*\[)/m)
    .filter((section) => /^\s*\[(project|tool\.poetry)\]/.test(section))
    .map((section) => /^\s*name\s*=\s*(["'])([^"']+)\1/m.exec(section)?.[2])
    .find((name) => name !== undefined);
}
