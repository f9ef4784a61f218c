// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatSource } from './apt-sources.mjs';
import { run, runLogged, runPiped } from './commands.mjs';
import { step } from './progress.mjs';
import { digestOf, registryHost } from './registry.mjs';
import { writeWhole } from './state.mjs';
import { withTemporaryFolder } from './temporary.mjs';

/**
 * @typedef {import('./layout.mjs').Layout} Layout
 * @typedef {NonNullable<ReturnType<typeof import('./apt-sources.mjs').debianArchives>>} Archives
 * @typedef {{ tag: string, suite: string }} Base A stand-in for `python:<tag>`, made of a Debian release whose own Python
 *   has that version.
 */

/** @type {readonly Base[]} */
export const BASES = [
  { tag: '3.13-slim-trixie', suite: 'trixie' },
  { tag: '3.11-slim-bookworm', suite: 'bookworm' },
];

const REPOSITORY = 'library/python';
const PACKAGES = ['ca-certificates', 'python3', 'python3-venv', 'python3-pip'];
const IMPORT_CHANGES = [
  'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
  'CMD ["python3"]',
];
const COMMENT = 'Debian with its own Python, made by debootstrap: a stand-in for the official image';
/** Slim images leave these out, also when packages are added later. */
const LEFT_OUT = [
  '/usr/share/doc',
  '/usr/share/man',
  '/usr/share/info',
  '/usr/share/locale',
  '/usr/share/lintian',
];
const KEPT = 'copyright';
/** What the making of the image leaves in it. */
const LITTER = ['var/lib/apt/lists', 'var/cache/apt', 'var/cache/debconf', 'var/log', 'tmp', 'run'];
/** To be raised whenever an image made the same way as before would differ. */
const RECIPE = 1;

/**
 * Makes a base image and puts it into the registry, unless it is there.
 *
 * @param {Base} base
 * @param {object} context
 * @param {Layout} context.layout
 * @param {NodeJS.ProcessEnv} context.env The daemons' environment with DOCKER_HOST.
 * @param {number} context.port The registry's.
 * @param {Archives} context.archives
 */
export async function ensureBase(base, { layout, env, port, archives }) {
  const record = join(layout.bases, `${base.tag}.json`);
  const recipe = recipeDigest(base);
  const digest = await digestOf(port, REPOSITORY, base.tag);
  if (digest && isRecorded(record, { digest, recipe })) return;
  await withTemporaryFolder(layout, base.tag, async (folder) => {
    const rootfs = join(folder, 'rootfs');
    await step(`making python:${base.tag}`, async () => {
      await bootstrap(base, rootfs, { layout, env, archives });
      finish(rootfs, base, archives);
    });
    const ref = `${registryHost(port)}/${REPOSITORY}:${base.tag}`;
    await step(`storing python:${base.tag}`, () => publish(rootfs, ref, env));
  });
  const published = await digestOf(port, REPOSITORY, base.tag);
  writeWhole(record, `${JSON.stringify({ digest: published, recipe })}\n`);
}

/** @param {Base} base */
function recipeDigest(base) {
  const parts = [RECIPE, base, PACKAGES, IMPORT_CHANGES, COMMENT, LEFT_OUT, LITTER];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * @param {string} file
 * @param {{ digest: string, recipe: string }} expected
 */
function isRecorded(file, { digest, recipe }) {
  if (!existsSync(file)) return false;
  const found = JSON.parse(readFileSync(file, 'utf8'));
  return found.digest === digest && found.recipe === recipe;
}

/**
 * @param {Base} base
 * @param {string} rootfs
 * @param {{ layout: Layout, env: NodeJS.ProcessEnv, archives: Archives }} context
 */
async function bootstrap({ tag, suite }, rootfs, { layout, env, archives }) {
  const archive = archives.main;
  const keyring = archive.signedBy?.startsWith('/') ? [`--keyring=${archive.signedBy}`] : [];
  const trusted = archive.trusted ? ['--no-check-gpg'] : [];
  const debootstrap = ['--variant=minbase', `--include=${PACKAGES.join(',')}`, ...keyring, ...trusted];
  // Its own mount and process namespaces, bound to this process: whatever ends it, no mount and no process stays.
  const alone = [
    '--pdeathsig',
    'KILL',
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  await runLogged(['setpriv', ...alone, 'debootstrap', ...debootstrap, suite, rootfs, archive.uri], {
    env: { ...env, LC_ALL: 'C' },
    log: join(layout.logs, `debootstrap-${tag}.log`),
    remedy: `check that ${archive.uri} offers ${suite} and that the disk has room: df -h`,
  });
}

/**
 * Makes a freshly unpacked Debian into what the official slim image is to its user: `python` is there, pip may install,
 * apt knows the security updates, and nothing lies about that was only needed to make it.
 *
 * @param {string} rootfs
 * @param {Base} base
 * @param {Archives} archives
 */
function finish(rootfs, { suite }, archives) {
  const at = (/** @type {string[]} */ ...parts) => join(rootfs, ...parts);
  symlinkSync('/usr/bin/python3', at('usr/local/bin/python'));
  symlinkSync('/usr/bin/python3', at('usr/local/bin/python3'));
  for (const name of readdirSync(at('usr/lib')).filter((folder) => /^python3\.\d+$/.test(folder))) {
    rmSync(at('usr/lib', name, 'EXTERNALLY-MANAGED'), { force: true });
  }
  const rules = [
    ...LEFT_OUT.map((folder) => `path-exclude ${folder}/*`),
    `path-include /usr/share/doc/*/${KEPT}`,
  ];
  writeFileSync(at('etc/dpkg/dpkg.cfg.d/slim'), `${rules.join('\n')}\n`);
  for (const folder of [...LEFT_OUT, ...LITTER]) removeFiles(at(folder));
  rmSync(at('etc/apt/sources.list'), { force: true });
  writeFileSync(at('etc/apt/sources.list.d/debian.sources'), imageSources(suite, archives));
}

/**
 * The image has Debian's keyring where apt looks by itself; the machine's paths of keyrings mean nothing there.
 *
 * @param {string} suite
 * @param {Archives} archives
 */
function imageSources(suite, { main, security }) {
  const plain = (/** @type {import('./apt-sources.mjs').Archive} */ { uri, trusted }) => ({ uri, trusted });
  const paragraphs = [formatSource(plain(main), [suite, `${suite}-updates`])];
  if (security) paragraphs.push(formatSource(plain(security), [`${suite}-security`]));
  return paragraphs.join('\n');
}

/**
 * Folders stay: some packages expect theirs to be there.
 *
 * @param {string} folder
 */
function removeFiles(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeFiles(path);
    else if (entry.name !== KEPT) rmSync(path);
  }
}

/**
 * @param {string} rootfs
 * @param {string} ref
 * @param {NodeJS.ProcessEnv} env
 */
async function publish(rootfs, ref, env) {
  const changes = IMPORT_CHANGES.flatMap((change) => ['--change', change]);
  const options = { env, remedy: 'read the daemon’s log and check the free space on the disk: df -h' };
  const tar = /** @type {const} */ (['tar', '--numeric-owner', '-C', rootfs, '-c', '.']);
  await runPiped(tar, ['docker', 'import', '--message', COMMENT, ...changes, '-', ref], options);
  try {
    await run(['docker', 'push', '--quiet', ref], options);
  } finally {
    await run(['docker', 'image', 'rm', ref], options);
  }
}
