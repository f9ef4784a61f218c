// @ts-check
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { formatShell } from './shell-lines.mjs';

test('a real shell reads back every character', () => {
  const value = `it's "$HOME" \`id\` \\ a;b\nc`;
  const script = `${formatShell({ TFOD_A: value })}printf %s "$TFOD_A"`;
  assert.equal(execFileSync('sh', ['-c', script], { encoding: 'utf8' }), value);
});
