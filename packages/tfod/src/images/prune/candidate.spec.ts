import type { StoredImage } from '../../engine/image-store';
import { VARIANTS } from '../../service/variant';
import { digestOf } from '../../values/digest';
import { keyTag, type Key } from '../key';
import { KEY_LABEL } from '../labels';
import { candidatesOf } from './candidate';

const KEY = '0'.repeat(64) as Key;
const OWN = `parking:${keyTag(KEY)}`;

function image(tag: string): StoredImage {
  const refs = [OWN, `parking:${tag}`];
  return {
    ...{ id: digestOf(tag), platform: 'linux/amd64', sizeBytes: 1, touchedMs: 0, layers: [] },
    ...{ refs, labels: { [KEY_LABEL]: KEY } },
  } as unknown as StoredImage;
}

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
