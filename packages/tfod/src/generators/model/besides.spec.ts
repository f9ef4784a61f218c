import { digestOf } from '../../values/digest';
import { planBesides } from './besides';

const files = (contents: Readonly<Record<string, string>>) =>
  new Map(Object.entries(contents).map(([path, content]) => [path, digestOf(content)]));
const asBefore = (contents: Readonly<Record<string, string>>) => {
  const before = files(contents);
  return (path: string, digest: string) => before.get(path) === digest;
};

describe('planBesides', () => {
  const present = files({ same: 'x', edited: 'mine', old: 'old', both: 'old', added: 'mine' });
  const given = files({ same: 'x', edited: 'new', both: 'new', fresh: 'new' });

  it('leaves what is there alone where no model is replaced', () => {
    expect(planBesides(present, given, undefined)).toEqual({
      writes: ['fresh'],
      removals: [],
      strangers: [],
    });
  });

  it('takes away what came with the model before, and nothing that somebody made', () => {
    const cameBefore = asBefore({ same: 'x', edited: 'old', old: 'old', both: 'old' });
    expect(planBesides(present, given, cameBefore)).toEqual({
      writes: ['both', 'fresh'],
      removals: ['old'],
      strangers: ['edited', 'added'],
    });
  });
});
