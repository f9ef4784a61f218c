import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { aFolder } from '../../testing/a-folder';
import { noise } from '../../testing/small-model';
import { paxHeader, tarArchive, tarEntry, tarGz, type WrittenEntry } from '../../testing/tar-archive';
import { unpack, UNPACK_LIMITS, type UnpackLimits } from './unpack';

const LIMITS: UnpackLimits = { bytes: 1024 ** 2, entries: 50, ratio: 20, ratioFromBytes: 64 * 1024 };
const GOOD: WrittenEntry = { name: 'm/saved_model.pb', content: 'graph' };
const LONG = 'n'.repeat(200);

describe('unpack', () => {
  it.each(['ustar', 'gnu', 'oldgnu', 'pax', 'v7'])('unpacks what GNU tar writes as %s', async (format) => {
    const long = format === 'v7' ? 'short' : `${'d'.repeat(60)}/${'e'.repeat(60)}`;
    const files = { 'm/saved_model.pb': 'graph', [`m/${long}/weights`]: 'w'.repeat(70_000), 'm/empty': '' };
    const folder = aFolder(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`in/${path}`, text])),
    );
    execFileSync('tar', [
      `--format=${format}`,
      '-czf',
      join(folder, 'a.tar.gz'),
      '-C',
      join(folder, 'in'),
      '.',
    ]);
    const unpacked = await unpack(join(folder, 'a.tar.gz'), join(folder, 'out'), 'a.tar.gz');
    const expected = Object.entries(files).map(([path, text]) => ({
      path,
      bytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
    }));
    expect([...unpacked].sort(byPath)).toEqual(expected.sort(byPath));
    for (const [path, text] of Object.entries(files)) {
      expect(readFileSync(join(folder, 'out', path), 'utf8')).toBe(text);
    }
  });

  it.each([
    ['plain', tarArchive(GOOD)],
    ['gzipped', tarGz(GOOD)],
    ['with a leading dot', tarGz({ name: './' }, { name: './m/saved_model.pb', content: 'graph' })],
    ['with a folder told twice', tarGz({ name: 'm/' }, { name: 'm/' }, GOOD)],
    ['with a comment of git', tarGz(paxHeader({ comment: 'abc' }, 'g'), GOOD)],
    ['with a prefix', tarGz({ name: 'saved_model.pb', prefix: 'm', content: 'graph' })],
    [
      'with a name and a size of pax',
      tarGz(paxHeader({ path: 'm/saved_model.pb', size: '5' }), { ...GOOD, name: 'x', size: 0 }),
    ],
    ['with a size in bytes of the number', tarGz({ ...GOOD, size: base256(5) })],
    [
      'in two gzip members',
      Buffer.concat([gzipSync(tarArchive(GOOD).subarray(0, 700)), gzipSync(tarArchive(GOOD).subarray(700))]),
    ],
  ])('unpacks an archive %s', async (_kind, archive) => {
    const { folder, result } = tried(archive);
    expect((await result).map(({ path }) => path)).toEqual(['m/saved_model.pb']);
    const file = join(folder, 'box/out/m/saved_model.pb');
    expect(readFileSync(file, 'utf8')).toBe('graph');
    expect(lstatSync(file).mode & 0o7777 & ~process.umask()).toBe(0o644 & ~process.umask());
  });

  const malice: readonly (readonly [string, Buffer])[] = [
    ['a path that leads out', tarGz({ name: '../evil', content: 'x' })],
    ['a path that leads out in the middle', tarGz(GOOD, { name: 'm/../../evil', content: 'x' })],
    ['a path that ends with ..', tarGz(GOOD, { name: 'm/../..', content: 'x' })],
    ['an absolute path', tarGz({ name: '/tmp/evil', content: 'x' })],
    ['a drive', tarGz({ name: 'C:/evil', content: 'x' })],
    ['backslashes', tarGz({ name: '..\\evil', content: 'x' })],
    ['a path that leads out by pax', tarGz(paxHeader({ path: '../evil' }), GOOD)],
    ['a path that leads out by GNU', tarGz({ name: 'L', type: 'L', content: `../${LONG}\0` }, GOOD)],
    ['a path that leads out by prefix', tarGz({ name: 'evil', prefix: '..', content: 'x' })],
    ['a NUL in a path of pax', tarGz(paxHeader({ path: 'm/a\0b' }), GOOD)],
    ['a path for all entries', tarGz(paxHeader({ path: 'm/a' }, 'g'), GOOD)],
    [
      'a symbolic link out',
      tarGz({ name: 'm', type: '2', linkName: '/etc' }, { name: 'm/passwd', content: 'x' }),
    ],
    ['a symbolic link within', tarGz(GOOD, { name: 'm/link', type: '2', linkName: 'saved_model.pb' })],
    ['a hard link', tarGz({ name: 'm/passwd', type: '1', linkName: '/etc/passwd' })],
    ['a long link name of GNU', tarGz({ name: 'K', type: 'K', content: `/etc/${LONG}\0` }, GOOD)],
    ['a character device', tarGz({ name: 'm/zero', type: '3' })],
    ['a block device', tarGz({ name: 'm/disk', type: '4' })],
    ['a named pipe', tarGz({ name: 'm/pipe', type: '6' })],
    ['a sparse file', tarGz({ name: 'm/holes', type: 'S', content: 'x' })],
    ['a sparse file of pax', tarGz(paxHeader({ 'GNU.sparse.major': '1' }), GOOD)],
    ['a type that nobody knows', tarGz({ name: 'm/x', type: 'Z' })],
    ['one path twice', tarGz(GOOD, GOOD)],
    ['one path twice, written otherwise', tarGz(GOOD, { ...GOOD, name: './m/saved_model.pb' })],
    ['names that differ by case', tarGz(GOOD, { name: 'm/Saved_Model.pb', content: 'x' })],
    ['folders that differ by case', tarGz(GOOD, { name: 'M/x', content: 'x' })],
    ['names that differ by composition', tarGz({ name: 'm/é', content: 'x' }, { name: 'm/é', content: 'y' })],
    ['a file that is a folder as well', tarGz({ name: 'm', content: 'x' }, { name: 'm/x', content: 'x' })],
    ['a folder that is a file as well', tarGz(GOOD, { name: 'm', content: 'x' })],
    ['a folder with content', tarGz({ name: 'm/', content: 'x'.repeat(512) }, GOOD)],
    ['a file for the folder itself', tarGz({ name: '.', content: 'x' })],
    ['a control character', tarGz({ name: 'm/\u001b[2J', content: 'x' })],
    ['a direction override', tarGz({ name: 'm/\u202egpj.exe', content: 'x' })],
    ['a name that is not UTF-8', tarGz({ name: 'm/x', breakHeader: rename([0x6d, 0x2f, 0xff]) })],
    ['the name of a device of Windows', tarGz({ name: 'm/nul.txt', content: 'x' })],
    ['a stream of NTFS', tarGz({ name: 'm/a:b', content: 'x' })],
    ['a name that ends in a dot', tarGz({ name: 'm/a.', content: 'x' })],
    ['two slashes', tarGz({ name: 'm//a', content: 'x' })],
    ['no name', tarGz({ name: '', content: 'x' })],
    ['a name too long', tarGz(paxHeader({ path: `m/${'n'.repeat(256)}` }), GOOD)],
    ['folders too deep', tarGz(paxHeader({ path: 'd/'.repeat(40) }), { name: 'x/' })],
    ['an extended header that is huge', tarGz(paxHeader({ comment: noise(50_000).toString('hex') }), GOOD)],
    [
      'another archive after its end',
      Buffer.concat([
        gzipSync(Buffer.concat([tarArchive(GOOD), tarArchive({ name: 'evil', content: 'x' })])),
      ]),
    ],
  ];

  it.each(malice)('refuses %s', async (_kind, archive) => {
    await expectRefused(archive, 'ARCHIVE_UNSAFE');
  });

  it.each([
    [
      'too many entries',
      tarGz(...Array.from({ length: 51 }, (_, at) => ({ name: `m/${at}`, content: 'x' }))),
    ],
    ['a file that says that it is too large', tarGz({ ...GOOD, size: 2 * LIMITS.bytes })],
    [
      'files that are too large together',
      tarGz(...[1, 2, 3].map((at) => ({ name: `m/${at}`, content: noise(500_000) }))),
    ],
    ['a bomb', tarGz({ name: 'm/zeros', content: Buffer.alloc(900_000) })],
    [
      'a bomb in many members',
      Buffer.concat(Array.from({ length: 100 }, () => gzipSync(Buffer.alloc(20_000)))),
    ],
  ])('refuses %s', async (_kind, archive) => {
    await expectRefused(archive, 'ARCHIVE_TOO_LARGE');
  });

  const whole = tarGz({ name: 'm/weights', content: noise(5000) });
  it.each([
    ['that was cut', whole.subarray(0, 3000)],
    ['that was cut before its end', gzipSync(tarArchive(GOOD).subarray(0, 1024))],
    ['that was cut in an entry', gzipSync(tarArchive(GOOD).subarray(0, 515))],
    ['with a bit turned over', flip(whole, 2500)],
    ['with a checksum that is wrong', tarGz({ ...GOOD, breakHeader: (header) => header.write('9', 0) })],
    ['with a size below zero', tarGz({ ...GOOD, size: Buffer.alloc(12, 0xff) })],
    [
      'with a size beyond all',
      tarGz({ ...GOOD, size: Buffer.concat([Buffer.from([0x80]), Buffer.alloc(11, 0xff)]) }),
    ],
    ['with a size that is no number', tarGz({ ...GOOD, size: Buffer.from('ten\0\0\0\0\0\0\0\0\0') })],
    ['with a size of pax that is no number', tarGz(paxHeader({ size: '-5' }), GOOD)],
    [
      'with an extended header that lies about its length',
      tarGz({ name: 'p', type: 'x', content: '999 path=a\n' }, GOOD),
    ],
    ['with a name and no entry for it', tarGz(paxHeader({ path: 'm/a' }))],
  ])('refuses an archive %s', async (_kind, archive) => {
    await expectRefused(archive, 'ARCHIVE_BROKEN');
  });

  it.each([
    ['zip', Buffer.from('PK\x03\x04aaaa'), 'a zip archive'],
    ['a web page', Buffer.from('\n<!DOCTYPE html><html>'), 'a web page'],
    ['a pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), 'Git LFS pointer'],
    ['nothing', Buffer.alloc(0), 'an empty file'],
    ['text', Buffer.from('Hello'), 'a file that starts with "Hello"'],
  ])('says that %s is not an archive', async (_kind, archive, told) => {
    await expectRefused(archive, 'ARCHIVE_UNKNOWN');
    await expect(tried(archive).result).rejects.toThrow(told);
  });

  it('takes an old archive without a magic number, and no other file with zeros', async () => {
    const old = tarEntry({ ...GOOD, breakHeader: (header) => void header.fill(0, 257, 265) });
    // The checksum counted the magic number.
    old.write('\0'.repeat(8), 148, 'latin1');
    old.fill(' ', 148, 156);
    old.write(
      `${old
        .subarray(0, 512)
        .reduce((total, byte) => total + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    );
    expect(await tried(tarArchive(old)).result).toHaveLength(1);
    await expectRefused(Buffer.alloc(600, 'a\0'), 'ARCHIVE_BROKEN');
  });

  it('lets no byte that is turned over write outside', async () => {
    const archive = tarArchive(paxHeader({ path: 'm/a' }), GOOD, { name: 'm/b', content: 'x' });
    const box = aFolder({ 'box/stays': 'here' });
    for (let at = 0; at < archive.length; at += 37) {
      writeFileSync(join(box, 'a.tar'), flip(archive, at));
      const out = join(box, 'box', `out-${at}`);
      const known = await unpack(join(box, 'a.tar'), out, 'a', LIMITS).catch((error: Error) => error);
      expect(existsSync(out)).toBe(Array.isArray(known));
      if (!Array.isArray(known)) expect(known).toMatchObject({ name: 'TfodError' });
    }
    expect(readdirSync(box).sort()).toEqual(['a.tar', 'box']);
  });

  it('keeps what is in the way', async () => {
    const folder = aFolder({ 'a.tar.gz': tarGz(GOOD), 'out/mine': 'x' });
    await expect(unpack(join(folder, 'a.tar.gz'), join(folder, 'out'), 'a')).rejects.toThrow('EEXIST');
    expect(readdirSync(join(folder, 'out'))).toEqual(['mine']);
  });

  it('has limits that a real model is far below', () => {
    expect(UNPACK_LIMITS.bytes).toBeGreaterThan(2 * 1024 ** 3);
    expect(UNPACK_LIMITS.entries).toBeGreaterThan(10_000);
  });

  /** Unpacks into a folder within a folder, around which it can be seen what was written. */
  function tried(archive: Buffer) {
    const folder = aFolder({ 'a.tar.gz': archive, 'box/stays': 'here', stays: 'here' });
    return { folder, result: unpack(join(folder, 'a.tar.gz'), join(folder, 'box/out'), 'a.tar.gz', LIMITS) };
  }

  async function expectRefused(archive: Buffer, code: string) {
    const before = statSync('/etc/passwd').mtimeMs;
    const { folder, result } = tried(archive);
    const error = await result.then(
      () => undefined,
      (reason: { code: string }) => reason,
    );
    expect(error?.code).toBe(code);
    expect(readdirSync(folder).sort()).toEqual(['a.tar.gz', 'box', 'stays']);
    expect(readdirSync(join(folder, 'box'))).toEqual(['stays']);
    expect(existsSync('/tmp/evil')).toBe(false);
    expect(statSync('/etc/passwd').mtimeMs).toBe(before);
  }
});

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : 1;
}

function base256(size: number): Buffer {
  const field = Buffer.alloc(12);
  field[0] = 0x80;
  field.writeUInt32BE(size, 8);
  return field;
}

function flip(bytes: Buffer, at: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[at] = (flipped[at] ?? 0) ^ 0x11;
  return flipped;
}

function rename(bytes: readonly number[]): (header: Buffer) => void {
  return (header) => {
    header.fill(0, 0, 100);
    Buffer.from(bytes).copy(header, 0);
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  };
}
