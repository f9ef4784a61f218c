import { JsonStream } from './json-stream';

const read = (text: string) => {
  const stream = new JsonStream();
  return text.split('\n').flatMap((line) => stream.read(line));
};

describe('JsonStream', () => {
  it('reads objects on one line, objects over many lines, and text between them', () => {
    expect(read(`{"a":1}\n${JSON.stringify({ b: { c: '}' } }, null, 2)}\nERROR: no\n{"d":2}`)).toEqual([
      { document: { a: 1 } },
      { document: { b: { c: '}' } } },
      { text: 'ERROR: no' },
      { document: { d: 2 } },
    ]);
  });

  it('hands back as text what only looked like an object', () => {
    expect(read('{ not\njson\n}')).toEqual([{ text: '{ not' }, { text: 'json' }, { text: '}' }]);
  });
});
