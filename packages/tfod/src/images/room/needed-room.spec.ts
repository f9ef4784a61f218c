import { aFolder } from '../../testing/a-folder';
import { chainFacts, PINNED, PYTHON, imageFacts } from '../../testing/image-facts';
import { parseRepository } from '../../values/image-ref';
import { chainOf } from '../chain';
import type { PlannedImage } from '../plan';
import { neededRoom, sentBytes } from './needed-room';

function planned(lock: string): PlannedImage[] {
  const root = aFolder({ 'requirements/tf.lock': lock });
  const { tree } = imageFacts('tf', { files: { 'requirements/tf.lock': lock } }).context;
  const images = chainOf({
    facts: chainFacts({
      tf: { context: { root, tree } },
      'service-cpu': { files: { a: '12345', b: '123' } },
    }),
    pins: new Map([[PYTHON, PINNED]]),
    repository: parseRepository('parking'),
    tags: [],
  });
  return images.map(
    (image) => ({ image, verdict: 'build', reasons: [], missingRefs: [] }) as unknown as PlannedImage,
  );
}

describe('neededRoom', () => {
  it.each([
    ['tensorflow==2.21.0\n', 800e6],
    ['tensorflow-cpu==2.21.0\n', 800e6],
    ['tensorflow==2.21.0\nnvidia-cudnn-cu12==9.24.0\n', 4_170e6],
    ['numpy==2.2.0\n', 0],
  ])('goes by what was measured for the lock %j', (lock, bytes) => {
    expect(neededRoom(planned(lock), [])).toEqual([
      { name: 'base', bytes: 130e6 },
      { name: 'tf', bytes },
      { name: 'service-cpu', bytes: 8 },
    ]);
  });

  it('counts the files that are sent', () => {
    expect(sentBytes(planned('')[2] as PlannedImage)).toBe(8);
  });
});
