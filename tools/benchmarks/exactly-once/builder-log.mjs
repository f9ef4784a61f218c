// @ts-check
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../setup/run-command.mjs';
import { counterMount, SHELL } from './fleet.mjs';

/** @typedef {{ begun: number, ended: number }} Runs */

/**
 * How often the counted step of a role began and came to its end, as the builder itself has counted.
 *
 * @param {string} salt
 * @param {string} role
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Runs>}
 */
export async function runsOf(salt, role, env) {
  const folder = mkdtempSync(join(tmpdir(), 'tfod-once-count-'));
  try {
    const mount = counterMount(salt, role);
    const read = 'cd /count && touch begun ended && wc -l < begun > /runs && wc -l < ended >> /runs';
    writeFileSync(
      join(folder, 'Dockerfile'),
      `FROM ${SHELL} AS counted\nRUN --network=none ${mount} : ${randomUUID()} && ${read}\nFROM scratch\nCOPY --from=counted /runs /runs\n`,
    );
    await must(
      ['docker', 'buildx', 'build', '--quiet', '--output', `type=local,dest=${folder}`, folder],
      env,
    );
    const [begun = NaN, ended = NaN] = readFileSync(join(folder, 'runs'), 'utf8')
      .trim()
      .split('\n')
      .map(Number);
    return { begun, ended };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The tags of the fleet, and which of them name an image that bears another key.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ all: string[], wrong: string[] }>}
 */
export async function fleetTags(env) {
  const format = '{{range .RepoTags}}{{.}} {{end}}\t{{index .Config.Labels "dev.tfod.key"}}';
  const ids = (
    await must(['docker', 'image', 'ls', '--quiet', '--filter', 'reference=tfod-once/*'], env)
  ).split(/\s+/);
  const unique = [...new Set(ids)].filter((id) => id !== '');
  if (unique.length === 0) return { all: [], wrong: [] };
  const lines = (await must(['docker', 'image', 'inspect', '--format', format, ...unique], env))
    .trim()
    .split('\n');
  const tags = lines.flatMap((line) => {
    const [refs = '', key = ''] = line.split('\t');
    return refs
      .split(' ')
      .filter((ref) => ref.startsWith('tfod-once/'))
      .map((ref) => ({ ref, key }));
  });
  const wrong = tags.filter(({ ref, key }) => ref.includes(':k-') && !ref.endsWith(`:k-${key.slice(0, 32)}`));
  return { all: tags.map(({ ref }) => ref), wrong: wrong.map(({ ref }) => ref) };
}

/**
 * Removes the images of the fleet.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export async function removeFleet(env) {
  const { all } = await fleetTags(env);
  if (all.length > 0) await must(['docker', 'image', 'rm', '--force', ...all], env);
}

/**
 * @param {readonly string[]} argv
 * @param {NodeJS.ProcessEnv} env
 */
async function must(argv, env) {
  const { code, stdout, tail } = await runCommand(argv, { env });
  if (code !== 0) throw new Error(tail);
  return stdout;
}
