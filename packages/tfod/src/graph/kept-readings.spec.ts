import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { aFolder } from '../testing/a-folder';
import { letTimePass } from '../testing/let-time-pass';
import { FilesSeen } from './files-seen';
import { KeptReadings } from './kept-readings';
import { keptIn, removeLeft, timeAt } from './readings-file';

/** In whole seconds, which can be set exactly. */
const LONG_AGO = 1_000_000_000;
const TWO_HOURS_NS = 7_200_000_000_000n;

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
    utimesSync(join(root, 'a/one'), LONG_AGO, LONG_AGO);
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
    const kept = JSON.parse(readFileSync(keptIn(root, process.env), 'utf8')) as object;
    writeFileSync(keptIn(root, process.env), JSON.stringify({ ...kept, readBy: 'another' }));
    letTimePass(root);
    expect(look(root)).toBe('read');
  });

  it.each(['', '{', 'null', '{}', '{ "readings": 3 }'])('reads anew when %j was kept', (text) => {
    const root = aFolder({ 'a/one': '1', '.nx/workspace-data/tfod-graph.json': text });
    expect(look(root)).toBe('read');
    letTimePass(root);
    expect(look(root)).toBe('kept');
  });

  it('tries again what could not be read', () => {
    const root = aFolder({ 'a/one': { link: 'folder' }, 'a/folder': 'EMPTY FOLDER' });
    expect(twoLooks(root)).toEqual(['read', 'read']);
  });

  it('does not trust what was read in another place', () => {
    const root = aFolder({ 'before/a/one': '1' });
    look(join(root, 'before'));
    letTimePass(join(root, 'before'));
    renameSync(join(root, 'before'), join(root, 'after'));
    expect(look(join(root, 'after'))).toBe('read');
  });

  it('leaves one file and a clock, and removes what was left long ago', () => {
    const root = aFolder({ 'a/one': '1', '.nx/workspace-data/tfod-graph.json.1': '' });
    look(root);
    const path = keptIn(root, process.env);
    const names = () => readdirSync(dirname(path)).sort();
    expect(names()).toEqual(['tfod-graph-time', 'tfod-graph.json', 'tfod-graph.json.1']);
    removeLeft(path, timeAt(path) + TWO_HOURS_NS);
    expect(names()).toEqual(['tfod-graph-time', 'tfod-graph.json']);
  });

  it('is where Nx was told to keep its own', () => {
    const at = (env: NodeJS.ProcessEnv) => keptIn('/acme', env);
    expect(at({})).toBe('/acme/.nx/workspace-data/tfod-graph.json');
    expect(at({ NX_WORKSPACE_DATA_DIRECTORY: 'data' })).toBe('/acme/data/tfod-graph.json');
    expect(at({ NX_PROJECT_GRAPH_CACHE_DIRECTORY: '/data' })).toBe('/data/tfod-graph.json');
  });

  it('keeps what it was not asked for while that holds, and forgets it then', () => {
    const root = aFolder({ 'a/one': '1' });
    look(root, 'one');
    letTimePass(root);
    look(root, 'two');
    expect(aboutIn(root)).toEqual(['one', 'two']);
    letTimePass(root);
    writeFileSync(join(root, 'a/one'), '2');
    look(root, 'two');
    expect(aboutIn(root)).toEqual(['two']);
  });

  it('writes nothing when it read nothing new', () => {
    const root = aFolder({ 'a/one': '1' });
    look(root);
    letTimePass(root);
    const readings = new KeptReadings(root, process.env);
    rmSync(keptIn(root, process.env));
    readings.of('one', read);
    readings.save();
    expect(existsSync(keptIn(root, process.env))).toBe(false);
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
  const readings = new KeptReadings(root, process.env);
  const told = readings.of(about, (files) => {
    isRead = true;
    return read(files);
  });
  readings.save();
  expect(told).toBe(read(new FilesSeen(root)));
  return isRead ? 'read' : 'kept';
}

function rewriteUnseen(path: string): void {
  writeFileSync(path, 'x'.repeat(statSync(path).size));
  utimesSync(path, LONG_AGO, LONG_AGO);
}

function aboutIn(root: string): readonly string[] {
  const { readings } = JSON.parse(readFileSync(keptIn(root, process.env), 'utf8')) as { readings: object };
  return Object.keys(readings).sort();
}
