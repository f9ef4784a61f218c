// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from './arguments.mjs';
import { BASES } from './stand-in.mjs';

test('commands and their options', () => {
  assert.deepEqual(parseArguments(['up']), { command: 'up', bases: undefined });
  assert.deepEqual(parseArguments(['up', '--bases', '3.13-slim-trixie']), {
    command: 'up',
    bases: [BASES[0]],
  });
  assert.deepEqual(parseArguments(['up', `--bases=${BASES.map(({ tag }) => tag).join(',')}`]), {
    command: 'up',
    bases: BASES,
  });
  assert.deepEqual(parseArguments(['down']), { command: 'down' });
  assert.deepEqual(parseArguments(['env']), { command: 'env', shell: false });
  assert.deepEqual(parseArguments(['env', '--shell']), { command: 'env', shell: true });
  assert.deepEqual(parseArguments([]), { command: 'help' });
});

const MISUSES = [
  ['start'],
  ['up', '--base', '3.13-slim-trixie'],
  ['up', '--bases'],
  ['up', '--bases', '3.13-slim-trixie', 'more'],
  ['up', '--bases=3.13-slim-trixie', 'more'],
  ['up', '--bases', '2.7-slim'],
  ['down', '--force'],
  ['env', '--json'],
];
for (const argv of MISUSES) {
  test(`refuses: ${argv.join(' ')}`, () => {
    assert.throws(() => parseArguments(argv), { name: 'EngineFailure', exitCode: 2 });
  });
}
