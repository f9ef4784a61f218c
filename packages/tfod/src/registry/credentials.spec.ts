import type { RunCommand } from '../engine/run-command';
import { credentialsOf } from './credentials';

/** A helper that gives its own name and what it was asked for. */
const run: RunCommand = async ({ file, stdin }) => ({
  code: 0,
  signal: null,
  seconds: 0,
  stdout: JSON.stringify({ Username: file.replace('docker-credential-', ''), Secret: stdin }),
  stderr: '',
});
const HUB = 'https://index.docker.io/v1/';

describe('credentialsOf', () => {
  const given = async (registry: string, credHelpers: Readonly<Record<string, string>>) => {
    const found = await credentialsOf(registry, { auths: {}, credHelpers, credsStore: 'store' }, run);
    return found && 'basic' in found ? atob(found.basic) : found;
  };

  it.each([
    ['docker.io', { [HUB]: 'mine' }, `mine:${HUB}`],
    ['docker.io', { 'docker.io': 'mine' }, `mine:${HUB}`],
    ['docker.io', { 'docker.io': 'short', [HUB]: 'mine' }, `mine:${HUB}`],
    ['registry.example', { 'registry.example': 'mine' }, 'mine:registry.example'],
    ['registry.example', { other: 'mine' }, 'store:registry.example'],
    ['constructor', {}, 'store:constructor'],
  ])('of %s with the helpers %j', async (registry, helpers, expected) => {
    expect(await given(registry, helpers)).toBe(expected);
  });
});
