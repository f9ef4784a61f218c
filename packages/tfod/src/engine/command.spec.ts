import { execFileSync } from 'node:child_process';
import { printable, redact } from './command';

describe('printable', () => {
  it('prints plain words as they are', () => {
    expect(printable({ file: 'docker', args: ['tag', 'a:1', 'registry.example:5000/b@sha256:12'] })).toBe(
      'docker tag a:1 registry.example:5000/b@sha256:12',
    );
  });

  it.each([
    ['two words'],
    ["it's"],
    ['$HOME `id` "x" \\'],
    [''],
    ['a\nb'],
    ['*'],
    ['~'],
    ['A=b c'],
    ['--x=a b'],
  ])('is read back by a shell as it was: %j', (word) => {
    const line = printable({ file: 'printf', args: ['%s', word] });
    expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })).toBe(word);
  });

  it('carries environment, folder and input into the shell', () => {
    const line = printable({
      file: 'sh',
      args: ['-c', 'printf "%s|%s|" "$A_B" "$PWD"; cat'],
      env: { A_B: "a 'b'" },
      cwd: '/',
      stdin: 'in\n%s',
    });
    expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })).toBe("a 'b'|/|in\n%s");
  });

  it('shows no password', () => {
    const line = printable({
      file: 'docker',
      args: [
        'build',
        '--build-arg',
        'PIP_INDEX_URL=https://me:pw@index.example/simple',
        '--x=API_TOKEN=abc',
        '--build-arg',
        'DB_PASSWORD=p w',
      ],
      env: { GITHUB_TOKEN: 'abc' },
    });
    expect(line).toBe(
      "GITHUB_TOKEN='***' docker build --build-arg PIP_INDEX_URL='https://***@index.example/simple' '--x=API_TOKEN=***' --build-arg DB_PASSWORD='***'",
    );
  });
});

describe('redact', () => {
  it.each([
    'TOKENIZER=bert',
    'git@host.example:a/b',
    'python@sha256:12',
    'docker-image://python:3.13@sha256:12',
    'https://index.example/a@b',
    'TOKEN=',
  ])('leaves %s alone', (word) => expect(redact(word)).toBe(word));
});
