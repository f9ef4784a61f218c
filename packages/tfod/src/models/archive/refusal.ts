/** Why an archive is not unpacked: it is broken, or it does what no archive of a model needs to do. */
export class ArchiveRefused extends Error {
  constructor(
    readonly kind: 'broken' | 'unsafe' | 'too large' | 'unknown',
    readonly fault: string,
  ) {
    super(fault);
  }
}

/** A name that may hold anything, fit for a terminal. */
export function shown(name: string): string {
  const text = JSON.stringify(name);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
