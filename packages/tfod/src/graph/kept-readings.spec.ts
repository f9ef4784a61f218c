import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from '../testing/a-folder';
import { letTimePass } from '../testing/let-time-pass';
import { FilesSeen } from './files-seen';
import { KEPT_IN, KeptReadings } from './kept-readings';

describe('KeptReadings', () => {
  it('keeps what was read for as long as the files are what they were', () => {
    const root = aFolder({ 'a/one': '1' });
    expect(twoLooks(root)).toEqual(['read', 'kept']);
  });

  it.each<[string, (root: string) => void]>([
    ['a file was written', (root) => writeFileSync(join(root, 'a/one'), '2')],
    ['a file was written with the time it had', (root) => rewriteUnseen(join(root, 'a/one'))],
    ['a file went', (root) => rmSync(join(root, 'a/one'))],
    ['a file came that was not there', (root) => writeFileSync(join(root, 'a/two'), '')],
    ['a folder was made that was not there', (root) => mkdirSync(join(root, 'b'))],
    ['a folder that was listed got a file', (root) => writeFileSync(join(root, 'a/three'), '')],
  ])('reads anew when %s', (_, change) => {
    const root = aFolder({ 'a/one': '1' });
    expect(twoLooks(root, change)).toEqual(['read', 'read']);
  });

  it('does not trust what changed shortly before it was kept, and does so later', () => {
    const root = aFolder({ 'a/one': '1' });
    expect([look(root), look(root)]).toEqual(['read', 'read']);
    letTimePass(root);
    expect(look(root)).toBe('kept');
  });

  it('does not trust what another plugin read', () => {
    const root = aFolder({ 'a/one': '1' });
    look(root);
    const kept = JSON.parse(readFileSync(join(root, KEPT_IN), 'utf8')) as object;
    writeFileSync(join(root, KEPT_IN), JSON.stringify({ ...kept, readBy: 'another' }));
    letTimePass(root);
    expect(look(root)).toBe('read');
  });

  it.each(['', '{', 'null', '{}', '{ "readings": 3 }'])('reads anew when %j was kept', (text) => {
    const root = aFolder({ 'a/one': '1', [KEPT_IN]: text });
    expect(look(root)).toBe('read');
    letTimePass(root);
    expect(look(root)).toBe('kept');
  });

  it('forgets what nobody asked for any more', () => {
    const root = aFolder({ 'a/one': '1' });
    const readings = new KeptReadings(root);
    for (const about of ['one', 'two']) readings.of(about, read);
    readings.save();
    expect(aboutIn(root)).toEqual(['one', 'two']);
    look(root, 'two');
    expect(aboutIn(root)).toEqual(['two']);
  });

  it('writes nothing when it read nothing new', () => {
    const root = aFolder({ 'a/one': '1' });
    look(root);
    letTimePass(root);
    const readings = new KeptReadings(root);
    rmSync(join(root, KEPT_IN));
    readings.of('one', read);
    readings.save();
    expect(existsSync(join(root, KEPT_IN))).toBe(false);
  });

  it('does without where it cannot be written', () => {
    const root = aFolder({ '.nx': 'a file' });
    expect([look(root), look(root)]).toEqual(['read', 'read']);
    expect(readFileSync(join(root, '.nx'), 'utf8')).toBe('a file');
  });
});

function read(files: FilesSeen): string {
  files.list('a');
  return [files.read('a/one'), files.read('a/two'), files.has('b')].join();
}

/** Looks, lets time pass, does what `change` does, and looks again. */
function twoLooks(root: string, change: (root: string) => void = () => undefined): readonly string[] {
  const first = look(root);
  letTimePass(root);
  change(root);
  return [first, look(root)];
}

/** Whether something had to be read, or was kept; what is told is in any case what the files say. */
function look(root: string, about = 'one'): string {
  let isRead = false;
  const readings = new KeptReadings(root);
  const told = readings.of(about, (files) => {
    isRead = true;
    return read(files);
  });
  readings.save();
  expect(told).toBe(read(new FilesSeen(root)));
  return isRead ? 'read' : 'kept';
}

function rewriteUnseen(path: string): void {
  const { atime, mtime, size } = statSync(path);
  writeFileSync(path, 'x'.repeat(size));
  utimesSync(path, atime, mtime);
}

function aboutIn(root: string): readonly string[] {
  const { readings } = JSON.parse(readFileSync(join(root, KEPT_IN), 'utf8')) as { readings: object };
  return Object.keys(readings);
}
