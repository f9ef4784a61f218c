import type { Problem } from '../../values/tfod-error';

/** What every generator of a project takes, brought into one form; what was left out is not there. */
export interface AskedProject {
  readonly name: string;
  /** With forward slashes, without slashes at its ends. */
  readonly directory: string;
  readonly tags: readonly string[];
  /** As written, or the number that Nx made of it. */
  readonly tensorflow?: string | number;
  readonly python?: string | number;
}

/** A list as it is written on the command line or by a program. */
export function listOf(written: string | readonly string[] | undefined): readonly string[] {
  const items = typeof written === 'string' ? written.split(',') : (written ?? []);
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

/**
 * A name of digits alone, of which Nx makes a number on the command line. Other numbers stay, for a rule to refuse:
 * 1.1 may have been 1.10.
 */
export function nameAsWritten(given: string | number): string | number {
  return Number.isSafeInteger(given) ? String(given) : given;
}

export function cleanPath(written: string): string {
  const parts = written.replaceAll('\\', '/').split('/');
  const inside = parts.filter((part) => part !== '' && part !== '.').join('/');
  return parts[0] === '' ? `/${inside}` : inside;
}

/** What is wrong with a folder by itself; `usual` is where such projects go. */
export function directoryProblems(directory: string, usual: string): readonly Problem[] {
  const outside = directory.startsWith('/') || /^[a-z]:/i.test(directory);
  if (directory !== '' && !outside && !directory.split('/').includes('..')) return [];
  return [
    {
      code: 'DIRECTORY_OUTSIDE',
      what: 'A project needs a folder of its own in the workspace',
      where: '--directory',
      expected: `a path from the workspace root, such as ${usual}/parking`,
      found: JSON.stringify(directory),
      remedy: `leave --directory out to take ${usual}/<name>`,
    },
  ];
}
