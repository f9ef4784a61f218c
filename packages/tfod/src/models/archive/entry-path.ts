import { ArchiveRefused, shown } from './refusal';

/** File systems end names at 255 bytes; the deepest SavedModel in the field has five levels. */
const LONGEST_NAME = 255;
const LONGEST_PATH = 1024;
const DEEPEST = 32;

/** Names that are devices on Windows, whatever their extension. */
const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * The parts of an entry's path, each a plain name on every system: empty for the folder that is unpacked into itself.
 * Throws ArchiveRefused for a name that leads out of the folder or means another thing elsewhere.
 */
export function entryParts(name: string): readonly string[] {
  const parts = name
    .split('/')
    .filter((part, at, all) => part !== '.' && !(part === '' && at === all.length - 1));
  const fault = faultOfPath(name, parts) ?? parts.map(faultOfPart).find((each) => each !== undefined);
  if (fault !== undefined) throw new ArchiveRefused('unsafe', `${fault}: ${shown(name)}`);
  return parts;
}

function faultOfPath(name: string, parts: readonly string[]): string | undefined {
  const faults: readonly (readonly [boolean, string])[] = [
    [name === '', 'an entry without a name'],
    [name.startsWith('/'), 'an absolute path'],
    [/^[a-z]:/i.test(name), 'a path with a drive'],
    [name.includes('\\'), 'a backslash'],
    [parts.includes('..'), 'a path with ..'],
    [Buffer.byteLength(name) > LONGEST_PATH, `a path longer than ${LONGEST_PATH} bytes`],
    [parts.length > DEEPEST, `a path of more than ${DEEPEST} levels`],
  ];
  return faults.find(([isFault]) => isFault)?.[1];
}

function faultOfPart(part: string): string | undefined {
  const faults: readonly (readonly [boolean, string])[] = [
    [part === '', 'a path with two slashes'],
    [/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(part), 'a character that does not show'],
    [/[<>:"|?*]/.test(part), 'a character that Windows refuses'],
    [/[. ]$/.test(part), 'a name that ends in a dot or a space'],
    [DEVICES.test(part), 'the name of a device'],
    [Buffer.byteLength(part) > LONGEST_NAME, `a name longer than ${LONGEST_NAME} bytes`],
  ];
  return faults.find(([isFault]) => isFault)?.[1];
}

/** Two names with one fold are the same file on a system that tells neither case nor composition apart. */
function fold(path: string): string {
  return path.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** Knows the paths of an archive so far, and refuses the one that meets another of them. */
export class Paths {
  readonly #known = new Map<string, { path: string; type: 'file' | 'folder' }>();

  add(parts: readonly string[], type: 'file' | 'folder'): void {
    parts.forEach((_, at) => {
      const isWhole = at === parts.length - 1;
      this.#addOne(parts.slice(0, at + 1).join('/'), isWhole ? type : 'folder');
    });
  }

  #addOne(path: string, type: 'file' | 'folder'): void {
    const key = fold(path);
    const known = this.#known.get(key);
    if (known === undefined) {
      this.#known.set(key, { path, type });
    } else if (known.path !== path) {
      throw new ArchiveRefused(
        'unsafe',
        `two names that are one on some systems: ${shown(known.path)}, ${shown(path)}`,
      );
    } else if (known.type !== type || type === 'file') {
      throw new ArchiveRefused('unsafe', `one path twice: ${shown(path)}`);
    }
  }
}
