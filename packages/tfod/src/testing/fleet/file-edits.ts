import { posix } from 'node:path';
import { pickNode, withIgnores, withNodes, type Edit } from './edit';
import type { Fleet, IgnoreLine, Node, Project } from './fleet';
import type { Random } from './random';

type TextFile = Node & { readonly type: 'file' };

/** The build refuses a model without these before it looks at anything else. */
const isModel = (path: string): boolean => path.startsWith('models/');
const isDispensable = (path: string): boolean => !isModel(path) && !path.endsWith('.lock');

/** The same size as the time before: only the content tells. */
function retyped({ text }: TextFile, path: string, random: Random): string {
  if (path.endsWith('model.json')) return `${text.trimEnd()}${' '.repeat(1 + random.int(9))}\n`;
  return text.replace(/(\n# \w{4})?\n$/, `\n# ${random.word()}\n`);
}

const content: Edit = (fleet, random) => {
  const found = pickNode(fleet, random, 'file');
  if (!found) return undefined;
  const { name, path, node } = found;
  return withNodes(fleet, name, [[path, { ...node, text: retyped(node, path, random) }]]);
};

/** What `rsync --times` or an unpacked archive does: other bytes of the same size and of the same time. */
const contentWithOldTime: Edit = (fleet, random) => {
  const found = pickNode(fleet, random, 'file');
  if (!found) return undefined;
  const { name, path, node } = found;
  const changed = { ...node, text: retyped(node, path, random), mtime: 1_500_000_000 };
  return withNodes(fleet, name, [[path, changed]]);
};

const touch: Edit = (fleet, random) => {
  const found = pickNode(fleet, random, 'file');
  if (!found) return undefined;
  const { name, path, node } = found;
  return withNodes(fleet, name, [[path, { ...node, mtime: 1_400_000_000 + random.int(1e8) }]]);
};

const executeBit: Edit = (fleet, random) => {
  const found = pickNode(fleet, random, 'file');
  return found && withMode(fleet, found, found.node.mode ^ 0o111);
};

/** What another umask does. */
const groupBits: Edit = (fleet, random) => {
  const found = pickNode(fleet, random, 'file');
  return found && withMode(fleet, found, found.node.mode ^ (random.pick([0o020, 0o040, 0o044, 0o022]) ?? 0));
};

function withMode(
  fleet: Fleet,
  { name, path, node }: { name: string; path: string; node: TextFile },
  mode: number,
): Fleet {
  return withNodes(fleet, name, [[path, { ...node, mode }]]);
}

/** Neighbours stay in their order: a hash of names without folders would not notice a move. */
const rename: Edit = (fleet, random) => {
  const found = pickNode(fleet, random, 'file', isDispensable);
  if (!found) return undefined;
  const { name, path, node } = found;
  const { dir, ext } = posix.parse(path);
  return moved(fleet, name, path, posix.join(dir, `${random.word()}${ext}`), node);
};

const move: Edit = (fleet, random) => {
  const found = pickNode(fleet, random, 'file', isDispensable);
  if (!found) return undefined;
  const { name, path, node } = found;
  const folders = foldersOf(fleet.projects[name] as Project).filter((folder) => !isModel(`${folder}/`));
  const folder = random.pick([...folders, `new-${random.word()}`]) ?? '.';
  return moved(fleet, name, path, posix.join(folder, posix.basename(path)), node);
};

/** A folder under a name that another one had: all base names and contents stay. */
const moveFolder: Edit = (fleet, random) => {
  const found = pickNode(fleet, random, 'file', (path) => isDispensable(path) && path.includes('/'));
  if (!found) return undefined;
  const { name, path } = found;
  const from = posix.dirname(path);
  const to = `${from}-${random.word()}`;
  const inside = [...(fleet.projects[name] as Project).nodes].filter(
    ([each]) => each.startsWith(`${from}/`) && isDispensable(each),
  );
  return withNodes(fleet, name, [
    ...inside.map(([each]): [string, undefined] => [each, undefined]),
    ...inside.map(([each, node]): [string, Node] => [to + each.slice(from.length), node]),
  ]);
};

function moved(fleet: Fleet, name: string, from: string, to: string, node: Node): Fleet | undefined {
  const { nodes } = fleet.projects[name] as Project;
  if (!isFree(nodes, to)) return undefined;
  return withNodes(fleet, name, [
    [from, undefined],
    [to, node],
  ]);
}

function isFree(nodes: ReadonlyMap<string, Node>, path: string): boolean {
  const above = path.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'));
  return above.every((each) => {
    const node = nodes.get(each);
    return node === undefined || (node.type === 'folder' && each !== path);
  });
}

const swap: Edit = (fleet, random) => {
  const found = pickNode(fleet, random, 'file', isDispensable);
  const files = [...(fleet.projects[found?.name ?? '']?.nodes ?? [])].filter(
    ([path, { type }]) => type === 'file' && isDispensable(path),
  );
  const [path, node] = random.pick(files) ?? [];
  if (!found || path === undefined) return undefined;
  return withNodes(fleet, found.name, [
    [found.path, node],
    [path, found.node],
  ]);
};

const retarget: Edit = (fleet, random) => {
  const found = pickNode(fleet, random, 'link');
  if (!found) return undefined;
  const { name, path, node } = found;
  const targets = path === 'current' ? ['releases/one', 'releases/two', 'conf'] : ['draw.py', 'detect.py'];
  const target = random.pick(targets.filter((each) => each !== node.target)) ?? '';
  return withNodes(fleet, name, [[path, { type: 'link', target }]]);
};

const add: Edit = (fleet, random) => {
  const name = random.pick(Object.keys(fleet.projects)) ?? '';
  const project = fleet.projects[name] as Project;
  const ending = random.pick(['.py', '.md', '.json', '.tmp', '']) ?? '';
  const folder = random.pick([...foldersOf(project), 'src/more']) ?? '.';
  const path = posix.join(folder, `${random.word()}${ending}`);
  const link: Node = { type: 'link', target: random.word() };
  const file: Node = { type: 'file', text: `${random.word()}\n`, mode: random.oneIn(4) ? 0o755 : 0o644 };
  if (!isFree(project.nodes, path)) return undefined;
  return withNodes(fleet, name, [[path, random.oneIn(5) ? link : file]]);
};

const remove: Edit = (fleet, random) => {
  const type = random.pick(['file', 'file', 'link'] as const) ?? 'file';
  const found = pickNode(fleet, random, type, (path) => isDispensable(path) && path !== 'current');
  return found && withNodes(fleet, found.name, [[found.path, undefined]]);
};

const emptyFolder: Edit = (fleet, random) => {
  const found = pickNode(fleet, random, 'folder');
  if (found) return withNodes(fleet, found.name, [[found.path, undefined]]);
  const name = random.pick(Object.keys(fleet.projects)) ?? '';
  const project = fleet.projects[name] as Project;
  const path = posix.join(random.pick(foldersOf(project)) ?? '.', random.word());
  return isFree(project.nodes, path) ? withNodes(fleet, name, [[path, { type: 'folder' }]]) : undefined;
};

const IGNORE_KINDS: readonly IgnoreLine['kind'][] = [
  'comment',
  'path',
  'below',
  'ending',
  'ending at the root',
];

const addIgnoreLine: Edit = (fleet, random) => {
  const name = random.pick(Object.keys(fleet.projects)) ?? '';
  const { nodes, ignores } = fleet.projects[name] as Project;
  const file = random.pick(Object.keys(ignores));
  if (file === undefined) return undefined;
  const kind = random.pick(IGNORE_KINDS) ?? 'comment';
  const path = random.pick([...nodes.keys()]) ?? '';
  const texts = {
    comment: random.word(),
    path,
    below: posix.dirname(path) === '.' ? 'docs' : posix.dirname(path),
    ending: posix.extname(path) || '.tmp',
    'ending at the root': posix.extname(path) || '.md',
  };
  const line = { kind, text: texts[kind], negated: kind !== 'comment' && random.oneIn(3) };
  const lines = [...(ignores[file] ?? [])];
  lines.splice(random.int(lines.length + 1), 0, line);
  return withIgnores(fleet, name, file, lines);
};

const removeIgnoreLine: Edit = (fleet, random) => {
  const name = random.pick(Object.keys(fleet.projects)) ?? '';
  const { ignores } = fleet.projects[name] as Project;
  const [file, lines = []] = random.pick(Object.entries(ignores)) ?? [];
  if (file === undefined || lines.length === 0) return undefined;
  const out = random.int(lines.length);
  return withIgnores(
    fleet,
    name,
    file,
    lines.filter((_, at) => at !== out),
  );
};

/** An ignore file for one Dockerfile, in place of that for all; or without it again. */
const ownIgnoreFile: Edit = (fleet, random) => {
  const name = random.pick(Object.keys(fleet.projects)) ?? '';
  const { ignores, service } = fleet.projects[name] as Project;
  const dockerfile = random.pick(Object.keys(service?.dockerfiles ?? {}));
  if (dockerfile === undefined) return undefined;
  const file = `${dockerfile}.dockerignore`;
  const lines = file in ignores ? undefined : (ignores['.dockerignore'] ?? []).slice(random.int(2));
  return withIgnores(fleet, name, file, lines);
};

function foldersOf({ nodes }: Project): string[] {
  return [...new Set([...nodes.keys()].map((path) => posix.dirname(path)))];
}

/** What a person, an editor or a checkout does to files, and how often beside the others. */
export const FILE_EDITS: Readonly<Record<string, readonly [number, Edit]>> = {
  content: [8, content],
  'content with the old size and time': [3, contentWithOldTime],
  touch: [2, touch],
  'execute bit': [4, executeBit],
  'group bits': [2, groupBits],
  rename: [4, rename],
  move: [4, move],
  'move a folder': [4, moveFolder],
  'swap two files': [2, swap],
  'retarget a link': [6, retarget],
  add: [4, add],
  delete: [4, remove],
  'empty folder': [2, emptyFolder],
  'add a line to an ignore file': [4, addIgnoreLine],
  'remove a line from an ignore file': [5, removeIgnoreLine],
  'ignore file of one Dockerfile': [6, ownIgnoreFile],
};
