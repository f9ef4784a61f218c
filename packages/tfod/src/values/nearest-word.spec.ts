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
  ])('takes %j for %j', (written, meant) => {
    expect(nearestWord(written, ['$schema', 'variants', 'model', 'image', 'port'])).toBe(meant);
  });
});
