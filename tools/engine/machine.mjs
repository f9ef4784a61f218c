// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { EngineFailure, EXIT } from './failure.mjs';
import { parseOsRelease } from './os-release.mjs';

/**
 * @typedef {import('./os-release.mjs').OsRelease} OsRelease
 * @typedef {{ env: NodeJS.ProcessEnv, home: string, platform: NodeJS.Platform, uid: number }} Machine
 */

/**
 * @param {Machine} machine
 * @param {readonly string[]} shortcomings Why the engine that is there, if any, will not do.
 * @returns {OsRelease}
 * @throws {EngineFailure} With exit code 3 where no engine can be set up.
 */
export function requireDebian({ platform, uid }, shortcomings) {
  const osRelease = platform === 'linux' && existsSync('/etc/os-release') ? readOsRelease() : undefined;
  const why = obstacle(platform, uid, osRelease);
  if (osRelease && !why) return osRelease;
  throw new EngineFailure(`${shortcomings.join('; ')}, and ${why}`, {
    remedy: remedyFor(platform),
    exitCode: EXIT.unsupported,
  });
}

/**
 * @param {NodeJS.Platform} platform
 * @param {number} uid
 * @param {OsRelease | undefined} osRelease
 * @returns {string | undefined} Why no engine can be set up; undefined when one can.
 */
export function obstacle(platform, uid, osRelease) {
  if (!osRelease) return `one can be set up on Debian and Ubuntu only, not on ${platform}`;
  if (![osRelease.id, ...osRelease.like].some((id) => id === 'debian' || id === 'ubuntu')) {
    return `one can be set up on Debian and Ubuntu only, not on ${osRelease.name}`;
  }
  return uid === 0 ? undefined : 'only root can set one up';
}

/** @param {NodeJS.Platform} platform */
function remedyFor(platform) {
  if (platform === 'darwin' || platform === 'win32')
    return 'start Docker Desktop, or install it, and run this again';
  return 'install or start Docker Engine ≥ 23 with buildx ≥ 0.13 and see that you may use it (group docker), or run this as root';
}

function readOsRelease() {
  return parseOsRelease(readFileSync('/etc/os-release', 'utf8'));
}
