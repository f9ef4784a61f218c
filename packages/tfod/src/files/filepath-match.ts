/** A pattern that Go's filepath.Match refuses with ErrBadPattern. */
export class BadPattern extends Error {
  constructor(pattern: string) {
    super(`syntax error in pattern: ${pattern}`);
    this.name = 'BadPattern';
  }
}

/** Whether a name in a COPY source asks for more than one path. */
export function hasWildcard(text: string): boolean {
  return /[*?[]/.test(text.replace(/\\./gsu, ''));
}

/**
 * Compiles a pattern to what Go's filepath.Match says of a whole path on a POSIX system: `*` and `?` stop at a
 * slash, a class does not. Throws BadPattern, also for a fault behind the first mismatch, where Go looks no
 * further.
 */
export function filepathMatcher(pattern: string): (path: string) => boolean {
  const segments = segmentsOf(pattern);
  return (path) => {
    let rest: Rest = [...path];
    for (const [index, segment] of segments.entries()) {
      if (rest === undefined) return false;
      const isLast = index === segments.length - 1;
      rest = segment.star ? findAfterStar(segment, rest, isLast) : take(segment, rest);
    }
    return rest?.length === 0;
  };
}

/** What of the path is still unmatched; undefined when it did not match. */
type Rest = readonly string[] | undefined;

/** One character of a path, or rather what it must be. */
type Atom = (character: string) => boolean;

/** What stands between two stars. */
interface Segment {
  readonly star: boolean;
  readonly atoms: readonly Atom[];
}

function findAfterStar(segment: Segment, path: readonly string[], isLast: boolean): Rest {
  if (segment.atoms.length === 0) return path.includes('/') ? undefined : [];
  for (let skip = 0; skip <= path.length; skip += 1) {
    const rest = take(segment, path.slice(skip));
    // The last segment must reach the end, an earlier one is content with its first place.
    if (rest !== undefined && !(isLast && rest.length > 0)) return rest;
    if (path[skip] === '/') return undefined;
  }
  return undefined;
}

function take(segment: Segment, path: readonly string[]): Rest {
  const { atoms } = segment;
  if (atoms.length > path.length) return undefined;
  return atoms.every((atom, index) => atom(path[index] as string)) ? path.slice(atoms.length) : undefined;
}

function segmentsOf(pattern: string): readonly Segment[] {
  const characters = new Characters(pattern);
  const segments: Segment[] = [];
  let star = false;
  let atoms: Atom[] = [];
  const close = () => {
    if (star || atoms.length > 0) segments.push({ star, atoms });
    atoms = [];
  };
  while (!characters.atEnd) {
    if (characters.accept('*')) {
      // Stars in a row are one star.
      if (!star || atoms.length > 0) close();
      star = true;
    } else {
      atoms.push(atomOf(characters));
    }
  }
  close();
  return segments;
}

function atomOf(characters: Characters): Atom {
  if (characters.accept('?')) return (character) => character !== '/';
  if (characters.accept('[')) return classOf(characters);
  characters.accept('\\');
  const literal = characters.next();
  return (character) => character === literal;
}

function classOf(characters: Characters): Atom {
  const negated = characters.accept('^');
  const ranges: (readonly [number, number])[] = [];
  while (ranges.length === 0 || !characters.accept(']')) {
    const low = boundOf(characters);
    ranges.push([low, characters.accept('-') ? boundOf(characters) : low]);
  }
  return (character) => {
    const code = character.codePointAt(0) as number;
    return ranges.some(([low, high]) => low <= code && code <= high) !== negated;
  };
}

function boundOf(characters: Characters): number {
  if (characters.peek === '-' || characters.peek === ']') throw characters.fault;
  characters.accept('\\');
  const bound = characters.next().codePointAt(0) as number;
  if (characters.atEnd) throw characters.fault;
  return bound;
}

/** Reads a pattern from left to right; the end where a character is due is a fault. */
class Characters {
  private readonly all: readonly string[];
  private position = 0;

  constructor(private readonly pattern: string) {
    this.all = [...pattern];
  }

  get atEnd(): boolean {
    return this.position >= this.all.length;
  }

  get peek(): string | undefined {
    return this.all[this.position];
  }

  get fault(): BadPattern {
    return new BadPattern(this.pattern);
  }

  accept(character: string): boolean {
    const accepted = this.peek === character;
    if (accepted) this.position += 1;
    return accepted;
  }

  next(): string {
    const character = this.peek;
    if (character === undefined) throw this.fault;
    this.position += 1;
    return character;
  }
}
