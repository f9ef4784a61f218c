import { setTimeout as sleep } from 'node:timers/promises';
import { aFolder } from '../testing/a-folder';
import { numbersFrom } from '../testing/random-numbers';
import { holdImages, whileUnused } from './image-holds';
import type { Key } from './key';

const KEY = 'ab'.repeat(32) as Key;
const IMAGE = { key: KEY, name: 'base' };

describe('holds of images', () => {
  it('let many use an image at once, and none remove it meanwhile', async () => {
    const place = aFolder();
    const holds = [await holdImages(place, [KEY], {}), await holdImages(place, [KEY], {})];
    const remove = () => whileUnused(place, IMAGE, async () => 'removed');
    expect(await remove()).toEqual({ busy: `pid ${process.pid} builds on it` });
    await holds[0]?.end();
    expect(await remove()).toEqual({ busy: `pid ${process.pid} builds on it` });
    await holds[1]?.end();
    expect(await remove()).toBe('removed');
  });

  it('wait for a removal that has begun', async () => {
    const place = aFolder();
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    let removed = false;
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const removal = whileUnused(place, IMAGE, async () => {
      begin();
      await ended;
      removed = true;
    });
    await begun;
    const held = holdImages(place, [KEY], {}).then(async (hold) => {
      expect(removed).toBe(true);
      await hold.end();
    });
    end();
    await Promise.all([removal, held]);
  });

  it('never let an image go that a build has looked at, in whatever order they come', async () => {
    const place = aFolder();
    const below = numbersFrom(7);
    let isThere = true;
    let [built, removed] = [0, 0];
    const build = async (): Promise<void> => {
      await sleep(below(20));
      const hold = await holdImages(place, [KEY], {});
      isThere = true;
      await sleep(below(5));
      expect(isThere).toBe(true);
      built += 1;
      await hold.end();
    };
    const remove = async (): Promise<void> => {
      await sleep(below(30));
      await whileUnused(place, IMAGE, async () => {
        isThere = false;
        await sleep(below(5));
        removed += 1;
      });
    };
    await Promise.all(Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? build() : remove())));
    expect(built).toBe(50);
    expect(removed).toBeGreaterThanOrEqual(0);
  }, 60_000);
});
