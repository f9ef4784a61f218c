// Lays out the first fleet in $FOLDER as another user, shell or machine would, and prints the plan of `market`.
const { mkdirSync, readdirSync, utimesSync } = require('node:fs');
const { join } = require('node:path');
require('@swc-node/register');

const dockerBuild = require('../executors/docker-build/executor').default;
const { EMPTY_REGISTRIES } = require('./empty-registries');
const { Disk } = require('./fleet/disk');
const { firstFleet } = require('./fleet/first-fleet');
const { AMD64 } = require('./image-facts');
const { stubEngine } = require('./stub-engine');

const {
  FOLDER: root,
  UMASK: umask,
  USER_ID: user,
  MTIME: mtime,
  ACCOUNT: account,
  WHEEL: wheel,
} = process.env;
if (umask) process.umask(parseInt(umask, 8));
if (user) {
  process.setgroups([]);
  process.setgid(Number(user));
  process.setuid(Number(user));
}

const fleet = { ...firstFleet(), ...(wheel && { wheel }) };
const { market } = fleet.projects;
if (account) market.service.image = `${account}/market`;
mkdirSync(root, { recursive: true });
new Disk(root, process.umask()).write(fleet);
if (mtime) {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), Number(mtime), Number(mtime));
  }
}

const projects = Object.fromEntries(
  Object.entries(fleet.projects).map(([name, { root: folder }]) => [name, { root: folder }]),
);
dockerBuild(
  { plan: true, json: true },
  { root, isVerbose: false, projectName: 'market', projectsConfigurations: { version: 2, projects } },
  {
    engine: stubEngine({
      open: async () => ({ version: '26.1.5', platform: AMD64 }),
      imagesWithLabel: async () => [],
    }),
    registries: EMPTY_REGISTRIES,
    env: { ...process.env, CI: 'true', TFOD_CACHE_DIR: join(root, '.cache') },
    print: (text) => process.stdout.write(`${text}\n`),
    report: (text) => process.stderr.write(`${text}\n`),
    wheelFolder: join(root, 'wheel'),
  },
).then(({ success }) => process.exit(success ? 0 : 1));
