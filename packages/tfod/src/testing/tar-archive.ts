import { gzipSync } from 'node:zlib';

/** An entry as its header tells it, however false. */
export interface WrittenEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** One character, as tar has it; default: a file, or a folder when the name ends with a slash. */
  readonly type?: string;
  /** Told instead of the content's length; the bytes of the field itself when it is a buffer. */
  readonly size?: number | Buffer;
  readonly linkName?: string;
  readonly prefix?: string;
  /** What is broken last, after the checksum was made. */
  readonly breakHeader?: (header: Buffer) => void;
}

const BLOCK = 512;

/** One entry of a tar archive, byte by byte, so that it may lie. */
export function tarEntry({
  name,
  content = '',
  size,
  linkName = '',
  prefix = '',
  ...rest
}: WrittenEntry): Buffer {
  const bytes = Buffer.from(content as Uint8Array);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100);
  header.write(['0000644', '0000000', '0000000', ''].join('\0'), 100, 'latin1');
  if (Buffer.isBuffer(size)) size.copy(header, 124);
  else header.write((size ?? bytes.length).toString(8).padStart(11, '0'), 124);
  header.write('00000000000 ', 136);
  header.write(rest.type ?? (name.endsWith('/') ? '5' : '0'), 156);
  header.write(linkName, 157, 100);
  header.write('ustar\x0000', 257, 'latin1');
  header.write(prefix, 345, 155);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  rest.breakHeader?.(header);
  return Buffer.concat([header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}

/** An extended header of pax in front of an entry. */
export function paxHeader(records: Readonly<Record<string, string>>, type: 'x' | 'g' = 'x'): Buffer {
  const content = Object.entries(records).map(([key, value]) => paxRecord(` ${key}=${value}\n`));
  return tarEntry({ name: 'PaxHeader', type, content: content.join('') });
}

/** The length counts its own digits. */
function paxRecord(rest: string): string {
  const bytes = Buffer.byteLength(rest);
  let length = bytes;
  while (bytes + String(length).length !== length) length = bytes + String(length).length;
  return `${length}${rest}`;
}

/** A whole archive with its end. */
export function tarArchive(...entries: readonly (WrittenEntry | Buffer)[]): Buffer {
  const parts = entries.map((entry) => (Buffer.isBuffer(entry) ? entry : tarEntry(entry)));
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

export function tarGz(...entries: readonly (WrittenEntry | Buffer)[]): Buffer {
  return gzipSync(tarArchive(...entries), { level: 1 });
}
