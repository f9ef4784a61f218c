import { chmodSync, mkdirSync, rmdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatPins } from '../../images/pins';
import { nodesOf, WHEEL, type Fleet, type Node } from './fleet';

/** Lays a fleet out in a folder, and afterwards only what an edit has made different. */
export class Disk {
  #there = new Map<string, Node>();

  /** Without `umask`, files get the modes that the fleet says; with it, only their execute bits. */
  constructor(
    readonly root: string,
    private readonly umask?: number,
  ) {}

  write(fleet: Fleet): void {
    const wanted = allNodes(fleet);
    const gone = [...this.#there].filter(([path, node]) => !staysInPlace(node, wanted.get(path)));
    for (const [path] of gone) rmSync(join(this.root, path), { recursive: true, force: true });
    for (const [path] of gone) removeEmpty(dirname(join(this.root, path)), this.root);
    // A folder that went because it had nothing left comes back when it is wanted empty.
    for (const [path, node] of wanted) {
      if (node.type === 'folder') mkdirSync(join(this.root, path), { recursive: true });
      else if (!isSame(node, this.#there.get(path))) put(join(this.root, path), node, this.umask);
    }
    this.#there = wanted;
  }
}

function allNodes({ projects, pins, wheel }: Fleet): Map<string, Node> {
  const nodes = new Map<string, Node>([
    ['tfod.lock.json', { type: 'file', text: formatPins(new Map(Object.entries(pins))), mode: 0o644 }],
    [`wheel/${WHEEL}`, { type: 'file', text: wheel, mode: 0o644 }],
  ]);
  for (const project of Object.values(projects)) {
    for (const [path, node] of nodesOf(project)) nodes.set(`${project.root}/${path}`, node);
  }
  return nodes;
}

function isSame(a: Node, b: Node | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** A file is written over, as most editors do it; a link cannot be. */
function staysInPlace(before: Node, after: Node | undefined): boolean {
  return isSame(before, after) || (before.type === 'file' && after?.type === 'file');
}

function put(path: string, node: Exclude<Node, { type: 'folder' }>, umask: number | undefined): void {
  mkdirSync(dirname(path), { recursive: true });
  if (node.type === 'link') return symlinkSync(node.target, path);
  writeFileSync(path, node.text);
  const program = (node.mode & 0o100) !== 0;
  chmodSync(path, umask === undefined ? node.mode : (program ? 0o777 : 0o666) & ~umask);
  if (node.mtime !== undefined) utimesSync(path, node.mtime, node.mtime);
}

/** Git keeps no empty folders, and neither does a fleet unless it says so. */
function removeEmpty(folder: string, root: string): void {
  if (folder === root) return;
  try {
    rmdirSync(folder);
  } catch {
    return;
  }
  removeEmpty(dirname(folder), root);
}
