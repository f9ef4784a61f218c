import { ArchiveRefused } from './refusal';

export const BLOCK = 512;

/** One header block of a tar archive as it was written: nothing in it has been found to be safe. */
export interface TarHeader {
  readonly name: string;
  readonly size: number;
  /** One character: `0` a file, `5` a folder, `1` and `2` links, `x` and `g` extensions, and others. */
  readonly type: string;
}

/** Places of the fields, from POSIX.1-2024, pax, "ustar Interchange Format". */
const NAME = [0, 100] as const;
const SIZE = [124, 136] as const;
const CHECKSUM = [148, 156] as const;
const TYPE = 156;
const MAGIC = [257, 263] as const;
const PREFIX = [345, 500] as const;

/** Reads a header block; undefined for the block of zeros that ends an archive. Throws ArchiveRefused. */
export function parseTarHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (!hasItsChecksum(block)) throw new ArchiveRefused('broken', 'a header whose checksum is wrong');
  const type = String.fromCharCode(block[TYPE] ?? 0);
  // GNU's headers keep other things where POSIX has the front part of a long name.
  const isPosix = block.toString('latin1', ...MAGIC) === 'ustar\0';
  const prefix = isPosix ? textAt(block, PREFIX) : '';
  const name = textAt(block, NAME);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: sizeAt(block),
    type: type === '\0' ? '0' : type,
  };
}

/** Text in UTF-8, which ends at a NUL; other bytes cannot be names on every machine. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ArchiveRefused('unsafe', 'a name that is not UTF-8');
  }
}

function textAt(block: Buffer, [start, end]: readonly [number, number]): string {
  const field = block.subarray(start, end);
  const length = field.indexOf(0);
  return decodeName(length < 0 ? field : field.subarray(0, length));
}

/** Octal digits; or, of what is too large for these, the bytes of the number behind a first byte of 0x80. */
function sizeAt(block: Buffer): number {
  const field = block.subarray(...SIZE);
  if ((field[0] ?? 0) & 0x80) {
    const value = BigInt(`0x${field.toString('hex')}`) - (0x80n << 88n);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ArchiveRefused('broken', 'a size that cannot be');
    return Number(value);
  }
  const digits = field
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .trimStart();
  if (!/^[0-7]*$/.test(digits)) throw new ArchiveRefused('broken', `a size of ${JSON.stringify(digits)}`);
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** The sum of all bytes, those of the checksum itself counted as spaces. */
function hasItsChecksum(block: Buffer): boolean {
  const written = Number.parseInt(
    block
      .toString('latin1', ...CHECKSUM)
      .replace(/[\0 ]+$/, '')
      .trim(),
    8,
  );
  const [start, end] = CHECKSUM;
  const sum = block.reduce((total, byte, at) => total + (at >= start && at < end ? 0x20 : byte), 0);
  return sum === written;
}
