import { formatProblem, TfodError } from './tfod-error';

describe('TfodError', () => {
  it('tells every problem with its facts and the next step', () => {
    const error = new TfodError([
      {
        code: 'LOCK_MISSING',
        what: 'There is no lock file',
        where: 'apps/a/requirements/tf.lock',
        remedy: 'nx g',
      },
      {
        code: 'NAME',
        what: 'The name is taken',
        expected: 'a new name',
        found: 'a',
        remedy: 'choose another',
      },
    ]);
    expect(error.code).toBe('LOCK_MISSING');
    expect(error.message).toBe(
      [
        'LOCK_MISSING: There is no lock file',
        '  where     apps/a/requirements/tf.lock',
        '  next step nx g',
        'NAME: The name is taken',
        '  expected  a new name',
        '  found     a',
        '  next step choose another',
      ].join('\n'),
    );
  });

  it('leaves out the facts that are not known', () => {
    expect(formatProblem({ code: 'X', what: 'Y', remedy: 'Z' })).toBe('X: Y\n  next step Z');
  });
});
