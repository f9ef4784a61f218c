import { fillPath, fillText } from './template';

describe('fillText', () => {
  it('puts values in and leaves everything else alone', () => {
    expect(fillText('CMD ["python","-m","<%= module %>.detect"] ${MODEL} <%-x%>', { module: 'a_b' })).toBe(
      'CMD ["python","-m","a_b.detect"] ${MODEL} <%-x%>',
    );
  });

  it('takes a value for what it is, not for a pattern', () => {
    expect(fillText('<%= a %>', { a: '$& $1 <%= a %>' })).toBe('$& $1 <%= a %>');
  });

  it('does not leave a hole', () => {
    expect(() => fillText('<%= nmae %>', { name: 'x' })).toThrow('nmae');
  });
});

describe('fillPath', () => {
  it.each([
    ['Dockerfile.template', 'Dockerfile'],
    ['__dot__dockerignore.template', '.dockerignore'],
    ['src/__module__/__init__.py.template', 'src/a_b/__init__.py'],
    ['src/__module__/py.typed', 'src/a_b/py.typed'],
  ])('makes of %s %s', (template, path) => {
    expect(fillPath(template, { module: 'a_b' })).toBe(path);
  });
});
