// @ts-check
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { layoutOf } from '../engine/layout.mjs';
import { runCommand } from './run-command.mjs';
import { StepFailed, step } from './step.mjs';

/** That of Docker 26.1. */
const VERSION = 'v0.13.2';
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Finds a BuildKit daemon for the tests of builders that are not the engine's own, or builds one: Debian has no package
 * of it, and its image would have to come from a registry.
 *
 * @returns {Promise<{ env: NodeJS.ProcessEnv } | { reason: string }>} what to add to the environment of the tests, or
 *   why there is none
 */
export async function ensureBuildkitd() {
  if (process.getuid?.() !== 0) return { reason: 'only root can run it' };
  const { root, programs } = layoutOf(process.env, homedir());
  const runc = await programOf('runc', join(programs, 'runc'));
  if (!runc) return { reason: 'there is no runc' };
  const daemon = join(dirname(root), 'buildkitd', VERSION, 'buildkitd');
  if (!existsSync(daemon)) {
    const go = await programOf('go');
    if (!go) return { reason: 'there is no Go to build it with' };
    try {
      await build(go, daemon);
    } catch (error) {
      if (error instanceof StepFailed) return { reason: error.message };
      throw error;
    }
  }
  return { env: { TFOD_TEST_BUILDKITD: daemon, TFOD_TEST_RUNC: runc } };
}

/**
 * @param {string} go
 * @param {string} daemon where it is to be
 */
async function build(go, daemon) {
  mkdirSync(dirname(daemon), { recursive: true });
  removeLeft(dirname(daemon));
  const folder = mkdtempSync(join(dirname(daemon), 'build-'));
  try {
    await step(
      'build a BuildKit daemon',
      // Modules are read-only otherwise, and could not be removed.
      [go, 'install', '-modcacherw', `github.com/moby/buildkit/cmd/buildkitd@${VERSION}`],
      {
        env: {
          ...process.env,
          CGO_ENABLED: '0',
          GOBIN: folder,
          GOPATH: join(folder, 'path'),
          GOCACHE: join(folder, 'cache'),
        },
      },
    );
    renameSync(join(folder, 'buildkitd'), daemon);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * What a build left that was interrupted; one of another process may still go on.
 *
 * @param {string} folder
 */
function removeLeft(folder) {
  for (const name of readdirSync(folder).filter((each) => each.startsWith('build-'))) {
    const left = join(folder, name);
    if (Date.now() - statSync(left).mtimeMs > DAY_MS) rmSync(left, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {string} [own] where it may be as well
 * @returns {Promise<string | undefined>}
 */
async function programOf(name, own) {
  if (own && existsSync(own)) return own;
  const { code, stdout } = await runCommand(['which', name]).catch(() => ({ code: 127, stdout: '' }));
  return code === 0 ? stdout.trim() : undefined;
}
