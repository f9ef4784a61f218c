// @ts-check
/**
 * tfod, `@nx/docker` and `@nx-tools/nx-container` on the same services and the same edits: for how many services
 * each asks the builder after `nx affected`, which images it misses, and how long it takes when nothing changed.
 * Each tool has a workspace of its own, since an edge that one draws would help the others.
 *
 * Usage: node tools/benchmarks/side-by-side/side-by-side.mjs [--services=12] [--rounds=3]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { withBenchWorkspace } from '../bench-workspace.mjs';
import { median, secondsOf } from '../timing.mjs';
import { commitAll, EDITS } from './edits.mjs';
import { imageOf, toolsFor } from './tools.mjs';

const { values } = parseArgs({
  options: { services: { type: 'string', default: '12' }, rounds: { type: 'string', default: '3' } },
});
const services = Array.from(
  { length: Number(values.services) },
  (_, at) => `svc${String(at).padStart(2, '0')}`,
);
const users = services.slice(0, 3);

class Workspace {
  /**
   * @param {import('../bench-workspace.mjs').Bench} bench
   * @param {import('./tools.mjs').Tool} tool
   */
  constructor(bench, tool) {
    this.bench = bench;
    this.tool = tool;
    this.folder =
      tool.name === 'tfod' ? bench.folder : `${bench.folder}/other-${tool.target.replace(':', '-')}`;
    this.log = join(bench.folder, `${tool.target.replace(':', '-')}.log`);
    this.lay();
  }

  /** @returns {Promise<string[]>} one cell for each row */
  async tryAll() {
    this.nx('run-many', '-t', this.tool.target);
    commitAll(this.folder);
    const cells = EDITS.map((edit) => {
      edit.make(this.folder);
      const cell = this.after(
        () => this.nx('affected', '-t', this.tool.target, '--base=HEAD'),
        changedBy(edit),
      );
      commitAll(this.folder);
      return cell;
    });
    this.bench.docker('image', 'rm', '--force', imageOf(this.tool, this.bench.space, 'svc01'));
    cells.push(this.after(() => this.nx('run-many', '-t', this.tool.target), ['svc01']));
    this.nx('run-many', '-t', this.tool.target);
    const seconds = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      seconds.push(await secondsOf(() => this.nx('run-many', '-t', this.tool.target)));
    }
    return [...cells, `${median(seconds).toFixed(1)} s`];
  }

  /** @param {() => void} work @param {readonly string[]} changed */
  after(work, changed) {
    const before = services.map((service) => this.id(service));
    writeFileSync(this.log, '');
    work();
    const asked = readFileSync(this.log, 'utf8')
      .split('\n')
      .filter((line) => /\b(build|bake)\b.*\s/.test(line)).length;
    const missed = changed.filter((service) => this.id(service) === before[services.indexOf(service)]);
    const builds = asked === 0 ? 'no build' : `${asked} build${asked > 1 ? 's' : ''}`;
    return missed.length === 0 ? builds : `${builds}, **misses ${missed.length}**`;
  }

  /** @param {string} service */
  id(service) {
    const image = imageOf(this.tool, this.bench.space, service);
    return this.bench.docker('image', 'ls', '--quiet', '--no-trunc', image).trim();
  }

  /** @param {string[]} args */
  nx(...args) {
    const shim = join(this.bench.folder, 'shim');
    const env = {
      ...this.bench.env,
      PATH: `${shim}:${this.bench.env['PATH']}`,
      DOCKER_LOG: this.log,
      NX_CACHE_DIRECTORY: join(this.folder, '.nx/cache'),
      NX_WORKSPACE_DATA_DIRECTORY: join(this.folder, '.nx/workspace-data'),
      INPUT_PUSH: 'false',
    };
    execFileSync(join(this.folder, 'node_modules/.bin/nx'), args, { cwd: this.folder, env, stdio: 'pipe' });
  }

  lay() {
    this.install();
    for (const [path, text] of Object.entries(filesOf(this.tool))) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
    const nxJson = join(this.folder, 'nx.json');
    writeFileSync(
      nxJson,
      JSON.stringify({ ...JSON.parse(readFileSync(nxJson, 'utf8')), ...this.tool.nxJson }),
    );
    commitAll(this.folder);
  }

  install() {
    const shim = join(this.bench.folder, 'shim');
    if (!existsSync(shim)) {
      mkdirSync(shim);
      const real = execFileSync('sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).trim();
      const script = `#!/bin/sh\necho "$*" >> "\${DOCKER_LOG:-/dev/null}"\nexec ${real} "$@"\n`;
      writeFileSync(join(shim, 'docker'), script, { mode: 0o755 });
    }
    if (this.tool.name === 'tfod') {
      writeFileSync(join(this.folder, '.gitignore'), 'node_modules/\n.nx/\ndist/\nother-*/\nshim/\n*.log\n');
      return;
    }
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    const write = (/** @type {string} */ name, /** @type {unknown} */ content) =>
      writeFileSync(join(this.folder, name), JSON.stringify(content));
    write('package.json', {
      name: 'acme',
      private: true,
      devDependencies: { nx: '23.2.1', '@nx/devkit': '23.2.1', ...this.tool.packages },
    });
    write('nx.json', {
      analytics: false,
      neverConnectToCloud: true,
      cacheDirectory: '.nx/cache',
      defaultBase: 'main',
    });
    writeFileSync(join(this.folder, '.gitignore'), 'node_modules/\n.nx/\ndist/\n');
    const options = /** @type {const} */ ({ cwd: this.folder, env: this.bench.env, stdio: 'pipe' });
    execFileSync(
      'npm',
      ['install', '--no-audit', '--no-fund', '--prefer-offline', '--legacy-peer-deps'],
      options,
    );
    execFileSync('git', ['init', '--quiet', '--initial-branch=main'], options);
  }
}

/** @param {import('./tools.mjs').Tool} tool @returns {Record<string, string>} */
function filesOf(tool) {
  const lock = `numpy==2.2.0 --hash=sha256:${'ab'.repeat(32)}\n`;
  const all = services.map((service) => {
    const files = {
      'project.json': JSON.stringify({ name: service }),
      'README.md': '# A service\n',
      '.dockerignore': 'README.md\ntests\n',
      'docker/packages.txt': `${process.pid}\n`,
      'requirements/tf.lock': lock,
      'models/demo/model.json': '{ "name": "demo" }\n',
      'models/demo/labels.pbtxt': "item { id: 1 name: 'car' }\n",
      'models/demo/saved_model/saved_model.pb': 'weights',
      'models/demo/weights': service,
      'src/detect.py': `print("${service}")\n`,
      'src/draw.py': `print("draw ${service}")\n`,
      'src/run.py': `print("run ${service}")\n`,
      'tests/test_detect.py': 'assert True\n',
      ...tool.files(service),
    };
    return Object.entries(files).map(([path, text]) => [`apps/${service}/${path}`, text]);
  });
  return Object.fromEntries([
    ...all.flat(),
    ['.dockerignore', '**/README.md\n**/tests\nnode_modules\n.nx\n.git\n'],
    ['libs/geometry/project.json', JSON.stringify({ name: 'geometry' })],
    ['libs/geometry/README.md', '# Geometry\n'],
    ['libs/geometry/src/shapes.py', 'print("shapes")\n'],
  ]);
}

/** @param {import('./edits.mjs').Edit} edit */
function changedBy({ changes }) {
  return { one: ['svc00'], 'users of the library': users, none: [] }[changes];
}

await withBenchWorkspace(async (bench) => {
  const tools = toolsFor((service) => users.includes(service), bench.space);
  /** @type {string[][]} */
  const columns = [];
  for (const tool of tools) {
    const workspace = new Workspace(bench, tool);
    columns.push(await workspace.tryAll());
  }
  const rows = [...EDITS.map(({ title }) => title), 'image removed, run-many', 'nothing changed, run-many'];
  const cells = [
    ['after the edit', ...tools.map(({ name }) => name)],
    ['---', ...tools.map(() => '---')],
  ];
  rows.forEach((title, at) => cells.push([title, ...columns.map((column) => column[at] ?? '')]));
  process.stdout.write(`${cells.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`);
});
