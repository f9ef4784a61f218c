import { join } from 'node:path';
import type { Command } from '../engine/command';
import type { EngineCommands } from '../engine/engine';
import { buildTarget } from './build-targets';
import { pinnedRef } from './look-up/registry-view';
import type { PlannedImage } from './plan';
import type { PlannedService } from './plan-service';

/**
 * What a person would type to make a plan true by hand, one command for each image. They read the project's own
 * folder, in which there may be more than what was hashed; so their images bear no key, and a plan does not
 * take them for what it wants.
 */
export function buildCommands(planned: PlannedService, commands: EngineCommands): Command[] {
  const made = planned.plan.flatMap((each) =>
    each.verdict === 'build' ? [buildByHand(each, planned, commands)] : nameByHand(each, commands),
  );
  const refs = planned.plan.flatMap((each) => (isInEngine(each) ? each.unpushed : []));
  return [...made, ...refs.map((ref) => commands.push(ref))];
}

/** What only the registry has cannot be pushed by hand; its names are put there by its manifest. */
function isInEngine({ found, verdict }: PlannedImage): boolean {
  return found !== undefined || verdict !== 'present';
}

function buildByHand({ image }: PlannedImage, planned: PlannedService, commands: EngineCommands): Command {
  const { workspaceRoot } = planned.request;
  const { facts } = image;
  const places = {
    context: facts.context.root,
    dockerfile: join(workspaceRoot, facts.dockerfile.path),
    named: Object.fromEntries(Object.entries(facts.named).map(([name, { root }]) => [name, root])),
  };
  const parent = (name: string) => {
    const above = planned.plan.find((each) => each.image.name === name);
    return above?.found ? undefined : above?.image.ref;
  };
  const target = buildTarget(image, places, {
    plan: planned.plan,
    seesImages: true,
    refs: image.refs,
  });
  const contexts = Object.entries(target.contexts).map(([alias, source]) => {
    const ref = source.from === 'target' ? parent(source.name) : undefined;
    return [alias, ref === undefined ? source : { from: 'image' as const, ref }] as const;
  });
  return commands.build({ ...target, contexts: Object.fromEntries(contexts), labels: {} });
}

function nameByHand(planned: PlannedImage, commands: EngineCommands): Command[] {
  const { image, found, inRegistry, missingRefs } = planned;
  const pulled = inRegistry && planned.verdict === 'pull' ? pinnedRef(inRegistry) : undefined;
  const from = pulled ?? found?.refs[0] ?? image.ref;
  const names = missingRefs.map((ref) => commands.tag(from, ref));
  return pulled === undefined ? names : [commands.pull(pulled, image.platform), ...names];
}
