import { toolchainInUse } from './toolchain-in-use';

describe('toolchainInUse', () => {
  it.each([
    ['FROM python:3.13-slim-trixie', 'tensorflow-cpu==2.21.*\n', { python: '3.13', tensorflow: '2.21' }],
    [
      '# the base\nARG X\nfrom --platform=$BUILDPLATFORM docker.io/library/python:3.10-slim AS x',
      'numpy\ntensorflow[and-cuda]==2.19.1 ; x\n',
      { python: '3.10', tensorflow: '2.19' },
    ],
    ['FROM debian:12', 'tensorflow_cpu ~= 2.20.0', { tensorflow: '2.20' }],
    ['FROM acme/python', 'tensorflow-cpu==2.20.0 \\\n\ntensorflow-cpu>=2.20,<2.21', { tensorflow: '2.20' }],
    [undefined, 'tensorflow-cpu>=2.20,<2.21', {}],
    ['FROM acme/python', '#   uv pip compile --universal --python-version 3.11 \\', { python: '3.11' }],
    ['FROM python:3.12', '#   uv pip compile --universal --python-version 3.11 \\', { python: '3.12' }],
    ['# FROM python:3.9', 'tensorflow-hub==0.16.1', {}],
    [undefined, undefined, {}],
  ])('reads %j and %j', (baseDockerfile, requirements, expected) => {
    expect(toolchainInUse({ baseDockerfile, requirements })).toEqual(expected);
  });
});
