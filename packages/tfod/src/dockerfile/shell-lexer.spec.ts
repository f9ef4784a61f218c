import { lex } from './shell-lexer';
import { ShellSyntax } from './shell-syntax';

const env = new Map([
  ['A', 'abc'],
  ['EMPTY', ''],
  ['V', '1.22.333'],
  ['PATH', 'x/y/x'],
]);

function read(text: string, escape = '\\') {
  return lex(text, { env, escape });
}

describe('lex', () => {
  // Recorded from BuildKit's frontend/dockerfile/shell, v0.31.
  it.each([
    ['$A-${A}', 'abc-abc'],
    ['$A_b', ''],
    ['\\$A', '$A'],
    ["'$A'", '$A'],
    ['"$A \\" \\x"', 'abc " \\x'],
    ['${U:-d}${U-d}', 'dd'],
    ['${EMPTY:-d}${EMPTY-d}', 'd'],
    ['${A:-d}', 'abc'],
    ['${U:-$A}', 'abc'],
    ['${A:+s}${U:+s}${EMPTY:+s}${EMPTY+s}', 'ss'],
    ['${A:?needed}', 'abc'],
    ['${V%.*}', '1.22'],
    ['${V%%.*}', '1'],
    ['${V#*.}', '22.333'],
    ['${V##*.}', '333'],
    ['${PATH/x/z}', 'z/y/x'],
    ['${PATH//x/z}', 'z/y/z'],
    ['$', '$'],
    ['a\\', 'a'],
    ['$1', ''],
  ])('%s', (text, expected) => {
    expect(read(text).text).toBe(expected);
  });

  it('escapes with the character it is given', () => {
    expect(read('`$A \\$A', '`').text).toBe('$A \\abc');
  });

  it('names the variables that have neither a value nor a substitute', () => {
    expect(read('$U ${W} ${X:-x} ${Y:+y} ${Z%a} $A').unset).toEqual(['U', 'W', 'Z']);
  });

  it('cuts words at white space outside of quotes, and tells whether there were any', () => {
    expect(read('a "b c" \\ d $A')).toMatchObject({ words: ['a', 'b c', ' d', 'abc'], quoted: true });
    expect(read('a b').quoted).toBe(false);
  });

  it.each([
    '"a',
    "'a",
    '${A',
    '${}',
    '${:x}',
    '${A:-x',
    '${A:#x}',
    '${A,}',
    '${U?}',
    '${EMPTY:?not empty}',
    '${A/x}',
  ])('refuses %s', (text) => {
    expect(() => read(text)).toThrow(ShellSyntax);
  });
});
