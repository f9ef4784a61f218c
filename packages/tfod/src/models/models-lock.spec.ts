import { digestOf } from '../values/digest';
import {
  formatModelsLock,
  NO_MODELS,
  parseModelsLock,
  recordedSha256,
  type LockedModel,
} from './models-lock';

const SSD: LockedModel = {
  source: 'zoo:ssd',
  url: 'https://h/ssd.tar.gz',
  sha256: digestOf('archive'),
  bytes: 7,
  savedModel: digestOf('tree'),
  weights: 'fetched',
};
const CARS: LockedModel = { source: 'file:cars', savedModel: digestOf('cars'), weights: 'vendored' };

describe('the lock of models', () => {
  it('is read back as it was written, sorted', () => {
    const text = formatModelsLock(
      new Map([
        ['ssd', SSD],
        ['cars', CARS],
      ]),
    );
    expect([...parseModelsLock(text, 'lock')]).toEqual([
      ['cars', CARS],
      ['ssd', SSD],
    ]);
    expect(formatModelsLock(parseModelsLock(text, 'lock'))).toBe(text);
  });

  it('knows what an address gave to any service', () => {
    const locks = [NO_MODELS, new Map([['a', CARS]]), new Map([['b', SSD]])];
    expect(recordedSha256(locks, 'https://h/ssd.tar.gz')).toBe(SSD.sha256);
    expect(recordedSha256(locks, 'https://h/other.tar.gz')).toBeUndefined();
  });

  it.each([
    ['', 1],
    ['[]', 1],
    ['{"version": 2, "models": {}}', 1],
    ['{"version": 1}', 1],
    ['<<<<<<< HEAD', 1],
    [written({}), 3],
    [written({ ...SSD, weights: 'lfs' }), 1],
    [written({ ...SSD, url: undefined }), 1],
    [written({ ...SSD, sha256: undefined }), 1],
    [written({ ...SSD, savedModel: 'sha256:1' }), 1],
    [written({ ...CARS, bytes: -1 }), 1],
    [written(null), 1],
  ])('refuses %s', (text, problems) => {
    expect(() => parseModelsLock(text, 'lock')).toThrow(
      expect.objectContaining({
        problems: Array.from({ length: problems }, () =>
          expect.objectContaining({ code: 'MODELS_LOCK_MALFORMED' }),
        ),
      }),
    );
  });

  function written(model: unknown): string {
    return JSON.stringify({ version: 1, models: { x: model } });
  }
});
