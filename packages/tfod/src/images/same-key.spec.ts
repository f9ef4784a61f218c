import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from '../testing/a-folder';
import type { PlanDocument } from './receipt';

const SCRIPT = join(__dirname, '../testing/print-keys.cjs');
const isRoot = process.getuid?.() === 0;

/** The keys that a process of its own finds for the same workspace, by role. */
function keys(variables: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH, HOME } = process.env;
  const out = execFileSync(process.execPath, [SCRIPT], {
    encoding: 'utf8',
    env: { PATH, HOME, FOLDER: join(aFolder(), 'checkout'), ...variables },
  });
  const { images } = JSON.parse(out) as PlanDocument;
  return Object.fromEntries(images.map(({ role, key }) => [role, key]));
}

describe('the same workspace has the same keys', () => {
  let here: Record<string, string>;
  beforeAll(() => {
    here = keys();
    expect(Object.keys(here)).toEqual(['base', 'tf', 'service']);
  });

  it('and one that differs has others', () => {
    const { base, tf, service } = keys({ WHEEL: 'another' });
    expect([base, tf]).toEqual([here['base'], here['tf']]);
    expect(service).not.toBe(here['service']);
  });

  it.each(['002', '022', '077'])('under umask %s', (umask) => {
    expect(keys({ UMASK: umask })).toEqual(here);
  });

  it('with other times', () => {
    expect(keys({ MTIME: '1000000000' })).toEqual(here);
  });

  it('in a checkout elsewhere', () => {
    expect(keys({ FOLDER: join(aFolder(), 'a much longer path/with spaces', 'and ümlauts') })).toEqual(here);
  });

  it.each([
    ['C', 'UTC'],
    ['tr_TR.UTF-8', 'Asia/Kathmandu'],
    ['ja_JP.eucJP', 'America/St_Johns'],
  ])('in the locale %s at the time of %s', (locale, zone) => {
    expect(keys({ LC_ALL: locale, LANG: locale, TZ: zone })).toEqual(here);
  });

  it('for images of another registry', () => {
    expect(keys({ ACCOUNT: 'registry.example:5000/other' })).toEqual(here);
  });

  (isRoot ? it : it.skip)('for another user', () => {
    const folder = mkdtempSync('/tmp/tfod-user-');
    try {
      execFileSync('chown', ['65534', folder]);
      expect(keys({ FOLDER: join(folder, 'checkout'), USER_ID: '65534' })).toEqual(here);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  (existsSync('/dev/shm') ? it : it.skip)('on a file system that lists folders in another order', () => {
    const folder = mkdtempSync('/dev/shm/tfod-order-');
    try {
      expect(keys({ FOLDER: join(folder, 'checkout') })).toEqual(here);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
