import type { StoredImage } from '../../engine/image-store';
import { freedBytes } from './freed-bytes';

const image = (layers: string, bytes: number): StoredImage =>
  ({ layers: layers.split(' '), bytes }) as unknown as StoredImage;

describe('freedBytes', () => {
  const [base, tf, one, two] = [
    image('b', 100),
    image('b t', 1000),
    image('b t 1', 1010),
    image('b t 2', 1030),
  ];

  it.each([
    ['all of an image that stands alone', [base], [], 100],
    ['what a kept parent does not have', [one], [base, tf, two], 10],
    ['what two removed images share once', [one, two], [base, tf], 40],
    ['nothing for a parent below a kept image', [tf], [one], 0],
    ['a whole chain', [base, tf, one, two], [], 1040],
    ['the layers of a removed parent with the last image on it', [tf, one], [base], 910],
    ['a layer only where it lies on the same ones', [image('x t', 500)], [tf], 500],
    ['nothing of nothing', [], [base], 0],
  ])('counts %s', (_, removed, kept, bytes) => {
    expect(freedBytes(removed, kept)).toBe(bytes);
  });
});
