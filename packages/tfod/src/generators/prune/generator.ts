import type { GeneratorCallback, Tree } from '@nx/devkit';
import { dockerEngine } from '../../engine/docker';
import { dockerImageStore } from '../../engine/image-store';
import { runCommand } from '../../engine/run-command';
import { freedBytes } from '../../images/prune/freed-bytes';
import { everythingSaid, print, report } from '../../screen/screen';
import { gatherPrune, type Surroundings } from './gather';
import { removeImages, type PrunedItem } from './remove';
import { reportDocument, reportOf, reportText, type Report } from './report';
import { pruneRequest, type PruneRequest } from './request';
import type { PruneOptions } from './schema';

const HERE: Surroundings = {
  engine: dockerEngine(),
  store: dockerImageStore(runCommand),
  run: runCommand,
  env: process.env,
  nowMs: () => Date.now(),
  print,
  report,
};

/**
 * Tells which of our images nobody needs. Removes them only when it is asked to, and then in the callback, which Nx
 * does not call in a dry run.
 */
export default async function pruneGenerator(
  tree: Tree,
  options: PruneOptions = {},
  surroundings: Surroundings = HERE,
): Promise<GeneratorCallback | undefined> {
  const request = pruneRequest(options);
  const plan = await gatherPrune(tree.root, request, surroundings);
  if (!request.apply || plan.items.every(({ reasons }) => reasons.length > 0)) {
    await tell(reportOf(plan, false), request, surroundings);
    return undefined;
  }
  if (!request.json) await tell(reportOf(plan, true), request, surroundings);
  return async () => {
    const items = await removeImages(plan.items, request, surroundings);
    await tell(
      { applied: true, asked: true, items, bytes: bytesOf(items), notes: plan.notes },
      request,
      surroundings,
    );
  };
}

function bytesOf(items: readonly PrunedItem[]): number {
  const [removed, kept] = [true, false].map((gone) =>
    items.filter((item) => item.removed === gone).map(({ candidate }) => candidate.image),
  );
  return freedBytes(removed ?? [], kept ?? []);
}

async function tell(told: Report, { json }: PruneRequest, { print }: Surroundings): Promise<void> {
  print(json ? reportDocument(told) : reportText(told));
  await everythingSaid();
}
