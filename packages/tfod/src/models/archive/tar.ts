import { ByteReader } from './byte-reader';
import { checkGlobalPax, parsePax, type Extensions } from './pax';
import { ArchiveRefused, shown } from './refusal';
import { BLOCK, decodeName, parseTarHeader } from './tar-header';

/** A file or a folder of an archive. Its name is as it was written: nobody has looked whether it is safe. */
export interface TarEntry {
  readonly name: string;
  readonly type: 'file' | 'folder';
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** The file's bytes; read to the end or not at all. */
  readonly content: AsyncGenerator<Buffer, void>;
}

/** Extended headers hold a path or two; a large one is there to be large. */
const LARGEST_EXTENSION = 64 * 1024;

const REFUSED: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a named pipe',
  '7': 'a contiguous file',
  S: 'a sparse file',
};

/**
 * The files and folders of a tar archive (ustar, pax, GNU, and the old form without a magic number). Knows nothing
 * else on purpose: a SavedModel is made of files and folders, and whatever an archive has beside these is a reason
 * to refuse it. Throws ArchiveRefused, or EndedEarly.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void> {
  const reader = new ByteReader(source);
  let extensions: Extensions = {};
  for (;;) {
    if (await reader.isAtEnd())
      throw new ArchiveRefused('broken', 'no end: it was cut, or is no tar archive');
    const header = parseTarHeader(await reader.take(BLOCK));
    if (header === undefined) {
      if (extensions.path !== undefined) throw new ArchiveRefused('broken', 'a name without an entry');
      return checkPadding(reader);
    }
    switch (header.type) {
      case 'x':
        extensions = { ...extensions, ...parsePax(await extension(reader, header.size)) };
        break;
      case 'g':
        checkGlobalPax(await extension(reader, header.size));
        break;
      case 'L':
        extensions = { ...extensions, path: gnuName(await extension(reader, header.size)) };
        break;
      default: {
        const { path: name = header.name, size = header.size } = extensions;
        extensions = {};
        yield* oneEntry(reader, { name, size, type: header.type });
      }
    }
  }
}

async function* oneEntry(
  reader: ByteReader,
  { name, size, type }: { name: string; size: number; type: string },
): AsyncGenerator<TarEntry, void> {
  if (type !== '0' && type !== '5') {
    throw new ArchiveRefused(
      'unsafe',
      `${REFUSED[type] ?? `an entry of type ${JSON.stringify(type)}`}: ${shown(name)}`,
    );
  }
  // Before there was a type for it, a slash at the end made a folder.
  const isFolder = type === '5' || name.endsWith('/');
  if (isFolder && size > 0) throw new ArchiveRefused('unsafe', `a folder with content: ${shown(name)}`);
  const content = reader.stream(size);
  yield { name, type: isFolder ? 'folder' : 'file', size, content };
  while (!(await content.next()).done); // what was left unread
  await reader.take(padding(size));
}

async function extension(reader: ByteReader, size: number): Promise<Buffer> {
  if (size > LARGEST_EXTENSION) throw new ArchiveRefused('unsafe', `an extended header of ${size} bytes`);
  const bytes = await reader.take(size);
  await reader.take(padding(size));
  return bytes;
}

function gnuName(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return decodeName(end < 0 ? bytes : bytes.subarray(0, end));
}

/** After the end nothing but zeros; what tools skip there, other tools unpack. */
async function checkPadding(reader: ByteReader): Promise<void> {
  for await (const part of reader.rest()) {
    if (part.some((byte) => byte !== 0)) throw new ArchiveRefused('unsafe', 'something after its end');
  }
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
