import type { StoredImage } from '../../engine/image-store';
import { VARIANTS } from '../../service/variant';
import { digestOf } from '../../values/digest';
import { keyTag, type Key } from '../key';
import { KEY_LABEL } from '../labels';
import { thisProcess } from '../owner';
import { candidatesOf, isBeingBuilt, type Candidate } from './candidate';

const KEY = '0'.repeat(64) as Key;
const OWN = `parking:${keyTag(KEY)}`;

function image(tag: string): StoredImage {
  const refs = [OWN, `parking:${tag}`];
  return {
    ...{ id: digestOf(tag), platform: 'linux/amd64', sizeBytes: 1, touchedMs: 0, layers: [] },
    ...{ refs, labels: { [KEY_LABEL]: KEY } },
  } as unknown as StoredImage;
}

const DAY_MS = 24 * 60 * 60 * 1000;

describe('isBeingBuilt', () => {
  const temporary = (host: string, pid: number) =>
    candidatesOf([image(`${keyTag(KEY)}-tmp-${host}-${pid}`)], new Set())[0] as Candidate;

  it('believes a process of this machine for as long as it lives', () => {
    expect(isBeingBuilt(temporary(thisProcess().host, process.ppid), 8 * DAY_MS)).toBe(true);
    expect(isBeingBuilt(temporary(thisProcess().host, 2 ** 22 + 1), 0)).toBe(false);
  });

  it('believes one of another machine for a week', () => {
    expect(isBeingBuilt(temporary('ffffffff', 7), 6 * DAY_MS)).toBe(true);
    expect(isBeingBuilt(temporary('ffffffff', 7), 8 * DAY_MS)).toBe(false);
  });
});

describe('candidatesOf', () => {
  it.each(VARIANTS.flatMap((variant) => [variant, `${variant}-arm64`]))(
    'knows %s for a name of tfod',
    (tag) => {
      expect(candidatesOf([image(tag)], new Set())).toMatchObject([
        { own: [OWN, `parking:${tag}`], given: [] },
      ]);
    },
  );

  it.each(['1.4.0-cpu', 'cpu-old', 'gpus'])('knows %s for a name that a person gave', (tag) => {
    expect(candidatesOf([image(tag)], new Set())).toMatchObject([{ own: [OWN], given: [`parking:${tag}`] }]);
  });
});
