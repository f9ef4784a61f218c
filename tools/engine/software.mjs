// @ts-check
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Apt, machineSources } from './apt.mjs';
import { debianArchives } from './apt-sources.mjs';
import { lastLines, probe, run } from './commands.mjs';
import { daemonEnvironment } from './daemon-environment.mjs';
import { isAtLeast, MINIMUM } from './engine-version.mjs';
import { EngineFailure, EXIT } from './failure.mjs';
import { step } from './progress.mjs';
import { withTemporaryFolder } from './temporary.mjs';

/**
 * @typedef {import('./layout.mjs').Layout} Layout
 * @typedef {import('./os-release.mjs').OsRelease} OsRelease
 */

/** The Debian release whose engine is new enough and runs on the releases before it. */
const ENGINE_RELEASE = 'trixie';
const ENGINE_PACKAGES = ['docker.io', 'containerd', 'docker-buildx'];
/** In some releases a package of its own, in others a part of docker.io. */
const CLIENT_PACKAGE = 'docker-cli';
/** These come from the machine's own release: they must fit its C library. */
const MACHINE_PACKAGES = ['runc', 'tini', 'iptables', 'docker-registry', 'debootstrap'];
const PROGRAMS = ['usr/sbin', 'usr/bin', 'sbin', 'bin'];

/**
 * Unpacks the engine's packages, unless they are there. None is installed: the machine's own stay as they are.
 *
 * @param {Layout} layout
 * @param {NodeJS.ProcessEnv} env
 * @param {OsRelease} osRelease
 */
export async function ensureSoftware(layout, env, osRelease) {
  if (existsSync(layout.software)) return;
  await withTemporaryFolder(layout, 'software', async (folder) => {
    const packages = join(folder, 'packages');
    await step('fetching the engine’s packages', () => download(folder, packages, env, osRelease));
    const root = join(folder, 'software');
    await step('unpacking the engine’s packages', () => unpack(packages, root, env));
    linkPrograms(root);
    configureClient(root);
    await requireThatProgramsRun(root, layout, env, osRelease);
    renameSync(root, layout.software);
  });
}

/**
 * @param {string} folder
 * @param {string} target
 * @param {NodeJS.ProcessEnv} env
 * @param {OsRelease} osRelease
 */
async function download(folder, target, env, osRelease) {
  const own = new Apt(join(folder, 'apt-own'), env);
  await own.update();
  await own.require(MACHINE_PACKAGES);
  const offered = await own.candidates(ENGINE_PACKAGES);
  const isNewEnough =
    isAtLeast(offered.get('docker.io') ?? '', MINIMUM.engine) &&
    isAtLeast(offered.get('docker-buildx') ?? '', MINIMUM.buildx);
  await downloadEngine(
    isNewEnough ? own : await engineRelease(folder, env, osRelease),
    join(target, 'engine'),
  );
  await own.downloadWithDependencies(MACHINE_PACKAGES, join(target, 'machine'));
  await own.download(MACHINE_PACKAGES, join(target, 'machine'));
}

/**
 * @param {Apt} apt
 * @param {string} target
 */
async function downloadEngine(apt, target) {
  await apt.require(ENGINE_PACKAGES);
  const client = await apt.candidates([CLIENT_PACKAGE]);
  await apt.download([...ENGINE_PACKAGES, ...client.keys()], target);
}

/**
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @param {OsRelease} osRelease
 */
async function engineRelease(folder, env, osRelease) {
  const archive = debianArchives(machineSources(), osRelease)?.main;
  if (!archive)
    throw unsupported(`the packages of ${osRelease.name} hold no Docker engine that is new enough`);
  const apt = new Apt(join(folder, 'apt-other'), env, { archive, suite: ENGINE_RELEASE });
  await apt.update();
  return apt;
}

/**
 * Programs of a newer release may want a newer C library than the machine has.
 *
 * @param {string} root
 * @param {Layout} layout
 * @param {NodeJS.ProcessEnv} env
 * @param {OsRelease} osRelease
 */
async function requireThatProgramsRun(root, layout, env, osRelease) {
  const daemonEnv = daemonEnvironment({ ...layout, software: root, programs: join(root, 'bin') }, env);
  for (const program of ['dockerd', 'containerd', 'docker', 'runc', 'docker-registry', 'debootstrap']) {
    const { code, stderr } = await probe([program, '--version'], { env: daemonEnv });
    if (code !== 0) throw unsupported(`${program} does not run on ${osRelease.name}`, stderr);
  }
}

/**
 * @param {string} what
 * @param {string} [log]
 */
function unsupported(what, log = '') {
  return new EngineFailure(what, {
    remedy: `install Docker Engine ≥ ${MINIMUM.engine} with buildx ≥ ${MINIMUM.buildx}, then run this again`,
    exitCode: EXIT.unsupported,
    log: lastLines(log),
  });
}

/**
 * @param {string} packages
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
async function unpack(packages, root, env) {
  for (const part of ['engine', 'machine']) {
    mkdirSync(join(root, part), { recursive: true });
    const files = readdirSync(join(packages, part)).filter((name) => name.endsWith('.deb'));
    for (const file of files) {
      const argv = /** @type {const} */ (['dpkg', '-x', join(packages, part, file), join(root, part)]);
      await run(argv, { env, remedy: 'check the free space on the disk: df -h' });
    }
  }
}

/**
 * One folder of all programs for the daemons, and one of `docker` alone for everybody's PATH.
 *
 * @param {string} root
 */
function linkPrograms(root) {
  const bin = join(root, 'bin');
  for (const part of ['engine', 'machine']) {
    for (const folder of PROGRAMS.map((name) => join(root, part, name)).filter(existsSync)) {
      for (const name of readdirSync(folder)) offer(join(folder, name), join(bin, name));
    }
  }
  // By this name the daemon looks for it.
  offer(join(root, 'machine/usr/bin/tini-static'), join(bin, 'docker-init'));
  link(join(root, 'engine/usr/bin/docker'), join(root, 'client', 'docker'));
}

/**
 * Links a program, unless it is one that is offered already, or a link into the root of a system where the package is
 * installed.
 *
 * @param {string} target
 * @param {string} path
 */
function offer(target, path) {
  if (existsSync(target) && !existsSync(path)) link(target, path);
}

/**
 * A client configuration of its own: docker finds buildx there, and the user's registry credentials stay apart.
 *
 * @param {string} root
 */
function configureClient(root) {
  const plugins = join(root, 'docker-config', 'cli-plugins');
  link(join(root, 'engine/usr/libexec/docker/cli-plugins/docker-buildx'), join(plugins, 'docker-buildx'));
  writeFileSync(join(root, 'docker-config', 'config.json'), '{}\n');
}

/**
 * @param {string} target
 * @param {string} path
 */
function link(target, path) {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(relative(dirname(path), target), path);
}
