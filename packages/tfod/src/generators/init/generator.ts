import { formatFiles, readNxJson, updateNxJson, type NxJsonConfiguration, type Tree } from '@nx/devkit';
import type { InitOptions } from './schema';

const PLUGIN = 'tfod';

/** What services leave in a workspace that belongs into no commit, and how else a person may have written it. */
const IGNORED = [
  { line: 'dist', pattern: /^(\*\*)?\/?dist(\/(\*\*?)?)?$/ },
  { line: '__pycache__', pattern: /^(\*\*\/)?__pycache__\/?$/ },
] as const;

/** Registers the plugin in nx.json and keeps what services write out of git; changes nothing when that is so. */
export default async function initGenerator(tree: Tree, options: InitOptions = {}): Promise<void> {
  register(tree);
  ignoreOutputs(tree);
  if (!options.skipFormat) await formatFiles(tree);
}

function register(tree: Tree): void {
  const nxJson: NxJsonConfiguration = readNxJson(tree) ?? {};
  const plugins = nxJson.plugins ?? [];
  if (plugins.some((entry) => (typeof entry === 'string' ? entry : entry.plugin) === PLUGIN)) return;
  // updateNxJson says nothing and writes nothing where there is no file.
  if (!tree.exists('nx.json')) tree.write('nx.json', '{}');
  updateNxJson(tree, { ...nxJson, plugins: [...plugins, { plugin: PLUGIN, options: {} }] });
}

function ignoreOutputs(tree: Tree): void {
  const text = tree.exists('.gitignore') ? (tree.read('.gitignore', 'utf-8') ?? '') : '';
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const missing = IGNORED.filter(({ pattern }) => !lines.some((line) => pattern.test(line)));
  if (missing.length === 0) return;
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  tree.write('.gitignore', `${start}${missing.map(({ line }) => `${line}\n`).join('')}`);
}
