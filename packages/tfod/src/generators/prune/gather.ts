import { globSync } from 'tinyglobby';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Repository } from '../../checkouts/repository';
import type { Engine } from '../../engine/engine';
import type { ImageStore } from '../../engine/image-store';
import type { RunCommand } from '../../engine/run-command';
import { cacheDir } from '../../files/cache-dir';
import type { Key } from '../../images/key';
import { KEY_LABEL } from '../../images/labels';
import { thisProcess } from '../../images/owner';
import { candidatesOf } from '../../images/prune/candidate';
import {
  needsOf,
  prunePlan,
  type PruneItem,
  type PrunePlan,
  type Wanted,
} from '../../images/prune/prune-plan';
import { quickNeeds, type Known } from '../../images/prune/quick-needs';
import { Uses } from '../../images/prune/uses';
import type { Machine } from '../../images/request';
import { withScratch } from '../../images/scratch';
import type { Platform } from '../../values/platform';
import type { PruneRequest } from './request';
import { wantedKeys } from './wanted-keys';

/** What is touched; tests give their own. */
export interface Surroundings {
  readonly engine: Engine;
  readonly store: ImageStore;
  readonly run: RunCommand;
  readonly env: NodeJS.ProcessEnv;
  readonly nowMs: () => number;
  readonly print: (text: string) => void;
  readonly report: (line: string) => void;
  readonly wheelFolder?: string;
}

/** Finds out for every image of ours whether somebody needs it; changes nothing. */
export async function gatherPrune(
  workspaceRoot: string,
  request: PruneRequest,
  surroundings: Surroundings,
): Promise<PrunePlan> {
  const { store, env, nowMs, run } = surroundings;
  // git and the notes of uses know folders without links.
  const root = realpathSync(workspaceRoot);
  const repository = await Repository.open(run, root);
  const workspaces = (await repository?.workspaces())?.filter(existsSync) ?? [root];
  const [images, containers, uses] = await Promise.all([
    store.images(KEY_LABEL),
    store.containers(),
    new Uses(env).all(),
  ]);
  const { olderThanMs, includeUnknown } = request;
  const receipts = receiptsOf(workspaces);
  const known: Known = {
    containers,
    uses,
    receipts,
    workspaces,
    nowMs: nowMs(),
    olderThanMs,
    includeUnknown,
  };
  const items = candidatesOf(images, repositoriesOf(workspaces)).map((candidate) => ({
    candidate,
    reasons: quickNeeds(candidate, known),
  }));
  const search = new NeedSearch(root, items, request, surroundings);
  await search.run(repository, workspaces);
  return prunePlan(search.items, search.notes);
}

/** Asks checkouts, branches and tags one after the other what they want, as long as there is an image that may go. */
class NeedSearch {
  readonly notes: string[] = [];

  constructor(
    private readonly root: string,
    public items: readonly PruneItem[],
    private readonly request: PruneRequest,
    private readonly surroundings: Surroundings,
  ) {}

  async run(repository: Repository | undefined, workspaces: readonly string[]): Promise<void> {
    const engine = await engineWithoutImages(this.surroundings.engine);
    for (const workspace of workspaces) {
      if (!this.#maySomethingGo()) return;
      await this.#ask(
        workspace,
        workspace === this.root ? 'this checkout' : `the checkout ${workspace}`,
        engine,
      );
    }
    if (repository === undefined)
      this.notes.push('this is no git repository: no branch and no tag was asked');
    else await this.#askRefs(repository, engine);
  }

  async #askRefs(repository: Repository, engine: Engine): Promise<void> {
    if (!this.#maySomethingGo()) return;
    const { branches } = this.request;
    const refs = await repository.refs();
    const counting = refs.filter(({ name }) => branches?.some((pattern) => pattern.test(name)) ?? true);
    const left = refs.length - counting.length;
    if (left > 0) this.notes.push(`${left} branches and tags were not asked, as --branches says`);
    const home = join(cacheDir(this.surroundings.env, process.platform), 'prune');
    await withScratch(home, thisProcess(), async (scratch) => {
      const asked = new Set<string>();
      for (const [at, ref] of counting.entries()) {
        if (!this.#maySomethingGo()) return;
        const tree = await repository.treeOf(ref.commit);
        if (tree === undefined || asked.has(tree)) continue;
        asked.add(tree);
        this.surroundings.report(`asking the ${ref.kind} ${ref.name} (${at + 1} of ${counting.length})`);
        const folder = await repository.checkOut(tree, scratch);
        await this.#ask(folder, `the ${ref.kind} ${ref.name}`, engine);
      }
    });
  }

  async #ask(folder: string, by: string, engine: Engine): Promise<void> {
    const { env, wheelFolder } = this.surroundings;
    const machine: Machine = {
      engine,
      env,
      report: () => undefined,
      verbose: false,
      ...(wheelFolder !== undefined && { wheelFolder }),
    };
    const asked = { root: folder, by, ownRoot: this.root, platforms: this.#platforms() };
    const wanted: Wanted = await wantedKeys(asked, machine);
    this.items = this.items.map((item) =>
      item.reasons.length > 0 ? item : { ...item, reasons: needsOf(item.candidate, wanted) },
    );
  }

  #maySomethingGo(): boolean {
    return this.items.some(({ reasons }) => reasons.length === 0);
  }

  #platforms(): readonly Platform[] {
    return [...new Set(this.items.map(({ candidate }) => candidate.image.platform))];
  }
}

/** What a tree of files wants does not depend on what the engine has, so it is asked no more than once. */
async function engineWithoutImages(engine: Engine): Promise<Engine> {
  const info = await engine.open();
  return { ...engine, open: async () => info, imagesWithLabel: async () => [] };
}

/** By key, the receipts that name it. */
function receiptsOf(workspaces: readonly string[]): ReadonlyMap<Key, readonly string[]> {
  const receipts = new Map<Key, string[]>();
  for (const root of workspaces) {
    for (const path of globSync('dist/**/images.json', { cwd: root, ignore: '**/node_modules/**' })) {
      for (const key of keysIn(join(root, path))) {
        receipts.set(key, [...(receipts.get(key) ?? []), `the receipt ${join(root, path)}`]);
      }
    }
  }
  return receipts;
}

function keysIn(receipt: string): Key[] {
  interface Entries {
    readonly images?: readonly { readonly key: Key }[];
    readonly standsOn?: readonly { readonly key: Key }[];
  }
  try {
    const { images = [], standsOn = [] } = JSON.parse(readFileSync(receipt, 'utf8')) as Entries;
    return [...images, ...standsOn].map(({ key }) => key);
  } catch {
    return [];
  }
}

/** Of the services and runtimes, as they are written in every tfod.json. */
function repositoriesOf(workspaces: readonly string[]): ReadonlySet<string> {
  const files = workspaces.flatMap((root) =>
    globSync('**/tfod.json', { cwd: root, absolute: true, ignore: ['**/node_modules/**', '**/dist/**'] }),
  );
  return new Set(
    files.flatMap((file) => /"image"\s*:\s*"([^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1] ?? []),
  );
}
