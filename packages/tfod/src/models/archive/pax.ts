import { ArchiveRefused } from './refusal';
import { decodeName } from './tar-header';

/** What an extended header of pax says of the next entry; what is not here is not looked at. */
export interface Extensions {
  readonly path?: string;
  readonly size?: number;
}

/** Reads the records `<length> <key>=<value>\n` of an extended header. Throws ArchiveRefused. */
export function parsePax(bytes: Buffer): Extensions {
  const found: { path?: string; size?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    const { key, value, end } = recordAt(bytes, at);
    at = end;
    if (key.startsWith('GNU.sparse.')) throw new ArchiveRefused('unsafe', 'a sparse file');
    if (key === 'path') found.path = decodeName(value);
    if (key === 'size') found.size = sizeOf(decodeName(value));
  }
  return found;
}

/** Extensions for all entries after it may carry a comment, as those of git do, and change no entry. */
export function checkGlobalPax(bytes: Buffer): void {
  const changed = Object.keys(parsePax(bytes));
  if (changed.length > 0) throw new ArchiveRefused('unsafe', `a ${changed.join(' and a ')} for all entries`);
}

function recordAt(bytes: Buffer, at: number): { key: string; value: Buffer; end: number } {
  const space = bytes.indexOf(0x20, at);
  const length = /^[1-9]\d{0,8}$/.test(bytes.toString('latin1', at, space))
    ? Number(bytes.toString('latin1', at, space))
    : 0;
  const end = at + length;
  const equals = bytes.indexOf(0x3d, space);
  const isWhole =
    space > at && equals > space && equals < end && end <= bytes.length && bytes[end - 1] === 0x0a;
  if (!isWhole) throw new ArchiveRefused('broken', 'an extended header that cannot be read');
  return { key: bytes.toString('utf8', space + 1, equals), value: bytes.subarray(equals + 1, end - 1), end };
}

function sizeOf(text: string): number {
  const size = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new ArchiveRefused('broken', `a size of ${JSON.stringify(text)}`);
  return size;
}
