import { nearestWord } from './nearest-word';

describe('nearestWord', () => {
  it.each([
    ['variant', 'variants'],
    ['Model', 'model'],
    ['imgae', undefined],
    ['imag', 'image'],
    ['por', 'port'],
    ['$shema', '$schema'],
    ['tensorflow', undefined],
    ['', undefined],
    ['odel', 'model'],
  ])('takes %j for %j', (written, meant) => {
    expect(nearestWord(written, ['$schema', 'variants', 'model', 'image', 'port'])).toBe(meant);
  });
});

it('does not choose between two that are equally near', () => {
  expect(nearestWord('tpu', ['cpu', 'gpu'])).toBeUndefined();
});
