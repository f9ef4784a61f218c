import { familiarRef, formatImageRef, fullName, parseImageRef, parseRepository, parseTag } from './image-ref';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

describe('parseImageRef', () => {
  it.each([
    ['python', { repository: 'python' }],
    ['python:3.13-slim-trixie', { repository: 'python', tag: '3.13-slim-trixie' }],
    ['localhost:5000/python', { repository: 'localhost:5000/python' }],
    ['registry.example:5000/a/b_c:1', { repository: 'registry.example:5000/a/b_c', tag: '1' }],
    [`python@${DIGEST}`, { repository: 'python', digest: DIGEST }],
    [`python:3@${DIGEST}`, { repository: 'python', tag: '3', digest: DIGEST }],
    ['[::1]:5000/a', { repository: '[::1]:5000/a' }],
  ])('reads %s and writes it back', (text, expected) => {
    expect(parseImageRef(text)).toEqual(expected);
    expect(formatImageRef(parseImageRef(text))).toBe(text);
  });

  it.each([
    '',
    'Python',
    'a//b',
    '/a',
    'a/',
    'a:',
    'a:-x',
    'a b',
    'a@sha256:12',
    '-a',
    'a__b___c',
    'a'.repeat(256),
  ])('refuses %j', (text) =>
    expect(() => parseImageRef(text)).toThrow(/IMAGE_REF_MALFORMED|DIGEST_MALFORMED/),
  );
});

describe('parseRepository', () => {
  it('takes no tag', () => {
    expect(() => parseRepository('parking:cpu')).toThrow('IMAGE_REF_MALFORMED');
  });
});

describe('parseTag', () => {
  it('takes 128 characters and no more', () => {
    expect(parseTag('a'.repeat(128))).toHaveLength(128);
    expect(() => parseTag('a'.repeat(129))).toThrow('IMAGE_REF_MALFORMED');
  });
});

describe('fullName', () => {
  it.each([
    ['python', 'docker.io/library/python'],
    ['docker.io/library/python', 'docker.io/library/python'],
    ['team/parking', 'docker.io/team/parking'],
    ['localhost/parking', 'localhost/parking'],
    ['registry.example/parking', 'registry.example/parking'],
  ])('%s is %s', (text, full) => expect(fullName(parseRepository(text))).toBe(full));
});

describe('familiarRef', () => {
  it.each([
    ['python:latest', 'python'],
    ['docker.io/library/python:3', 'python:3'],
    ['docker.io/team/parking', 'team/parking'],
    ['docker.io/library/a/b', 'library/a/b'],
    ['registry.example/parking:latest', 'registry.example/parking'],
    [`python:3@${DIGEST}`, `python:3@${DIGEST}`],
  ])('%s is %s', (text, familiar) => expect(familiarRef(parseImageRef(text))).toBe(familiar));
});
