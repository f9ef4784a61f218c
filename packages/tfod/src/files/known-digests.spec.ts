import { chmodSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from '../testing/a-folder';
import { digestOf } from '../values/digest';
import { hashFile } from './hash-files';
import { rememberingDigests } from './known-digests';

const LARGE = 300 * 1024;
const bytes = (fill: string): Buffer => Buffer.alloc(LARGE, fill);

describe('remembering digests', () => {
  let folder: string;
  let notes: string;
  let read: jest.Mock;
  /** Long after the files were written, so that they have settled. */
  const later = (): number => Date.now() + 60_000;
  const remembering = (now = later) => rememberingDigests(notes, { now, hash: read });
  const file = (name = 'weights'): string => join(folder, name);

  beforeEach(() => {
    folder = aFolder({ weights: bytes('a'), small: 'a' });
    notes = join(aFolder(), 'digests');
    read = jest.fn(hashFile);
  });

  it('reads a large file once, and tells the same the second time', async () => {
    const first = await remembering()(file());
    const second = await remembering()(file());
    expect(first).toEqual({ digest: digestOf(bytes('a')), size: LARGE, executable: false });
    expect(second).toEqual(first);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('reads a small file every time and keeps no note of it', async () => {
    const hash = remembering();
    await hash(file('small'));
    await hash(file('small'));
    expect(read).toHaveBeenCalledTimes(2);
    expect(() => readdirSync(notes)).toThrow('ENOENT');
  });

  it('notices other bytes of the same size, although somebody puts the old time back', async () => {
    const hash = remembering();
    const { atime, mtime } = statSync(file());
    await hash(file());
    writeFileSync(file(), bytes('b'));
    utimesSync(file(), atime, mtime);
    expect((await hash(file())).digest).toBe(digestOf(bytes('b')));
  });

  it('notices another file that was moved there with its time and size', async () => {
    const hash = remembering();
    const { atime, mtime } = statSync(file());
    await hash(file());
    writeFileSync(file('other'), bytes('c'));
    utimesSync(file('other'), atime, mtime);
    renameSync(file('other'), file());
    expect((await hash(file())).digest).toBe(digestOf(bytes('c')));
  });

  it('does not believe a file that changed just now: it may change again in the same tick', async () => {
    const justNow = (): number => statSync(file()).ctimeMs + 1000;
    await remembering(justNow)(file());
    await remembering(justNow)(file());
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('keeps no note of a file that changes while it is read', async () => {
    read.mockImplementationOnce(async () => {
      writeFileSync(file(), bytes('d'));
      return { digest: digestOf('something between'), size: LARGE, executable: false };
    });
    const hash = remembering();
    await hash(file());
    expect((await hash(file())).digest).toBe(digestOf(bytes('d')));
  });

  it('tells the execute bit of now', async () => {
    const hash = remembering();
    await hash(file());
    chmodSync(file(), 0o755);
    expect((await hash(file())).executable).toBe(true);
  });

  it.each(['', '{', 'null', '{"stamp":"of another file"}', '{"stamp":1,"digest":2}'])(
    'reads the file where the note says %j',
    async (text) => {
      const hash = remembering();
      const { digest } = await hash(file());
      for (const name of readdirSync(notes)) writeFileSync(join(notes, name), text);
      expect((await hash(file())).digest).toBe(digest);
      expect(read).toHaveBeenCalledTimes(2);
    },
  );

  it('hashes where no note can be kept', async () => {
    const hash = rememberingDigests(join(file('small'), 'below a file'), { now: later });
    expect((await hash(file())).digest).toBe(digestOf(bytes('a')));
  });

  it('keeps a bounded number of notes', async () => {
    const many = aFolder(Object.fromEntries(Array.from({ length: 4097 }, (_, at) => [`note-${at}`, ''])));
    await rememberingDigests(many, { now: later })(file());
    expect(readdirSync(many).length).toBeLessThanOrEqual(2048);
  });
});
