import { join } from 'node:path';
import type { BuildEvent, Builder, BuildTarget, EngineImage } from '../engine/engine';
import { cacheDir } from '../files/cache-dir';
import { KeptCopies } from '../files/kept-copies';
import { TfodError, type Problem } from '../values/tfod-error';
import { buildInParts, type NotBuilt } from './build-in-parts';
import { buildTarget, definitionsOf, type Places } from './build-targets';
import type { Image } from './image';
import { temporaryRef } from './key';
import { KEY_LABEL } from './labels';
import { notBuiltProblem } from './not-built';
import { thisProcess } from './owner';
import { imagesToBuild, type Plan } from './plan';
import { progressLines } from './progress-lines';
import type { ImagesRequest, Machine } from './request';
import { checkRoom } from './room/check-room';
import { RunningSteps } from './running-steps';
import { withScratch } from './scratch';
import { stageImages } from './stage-images';
import { StepClock } from './step-clock';

/** A step that runs for longer is mentioned again, each time as much has passed. */
const REMIND_SECONDS = 15;

export interface ChainToBuild {
  readonly request: ImagesRequest;
  /** Of the whole chain, also those that the plan leaves out. */
  readonly images: readonly Image[];
  readonly plan: Plan;
}

export interface Built {
  /** By the name of the image. */
  readonly images: ReadonlyMap<string, { readonly found: EngineImage; readonly seconds: number }>;
  /** One for each image that is still not there. */
  readonly problems: readonly Problem[];
}

export const NOTHING_BUILT: Built = { images: new Map(), problems: [] };

/**
 * Builds what the plan says under temporary names, reads the labels back, and only then gives the images their
 * names. An image that fails does not keep the others from being built.
 */
export async function buildMissing(chain: ChainToBuild, machine: Machine): Promise<Built> {
  const toBuild = imagesToBuild(chain.plan);
  if (toBuild.length === 0) return NOTHING_BUILT;
  const builder = await machine.engine.openBuilder(chain.request.builder);
  const owner = thisProcess();
  const home = join(cacheDir(machine.env, process.platform), 'build');
  await checkRoom({ plan: chain.plan, builder, staging: home, force: chain.request.force }, machine);
  return withScratch(home, owner, async (scratch) => {
    const workshop: Workshop = {
      machine,
      builder,
      scratch,
      temporary: ({ ref }) => temporaryRef(ref, owner),
    };
    const targets = await prepare(chain, workshop);
    try {
      return await build(toBuild, targets, workshop);
    } finally {
      for (const image of toBuild) await machine.engine.untag(workshop.temporary(image));
    }
  });
}

/** What one build works with. */
interface Workshop {
  readonly machine: Machine;
  readonly builder: Builder;
  readonly scratch: string;
  /** The name that an image has while it is built. */
  readonly temporary: (image: Image) => string;
}

async function prepare(
  { request, images, plan }: ChainToBuild,
  { machine, builder, scratch, temporary }: Workshop,
): Promise<readonly BuildTarget[]> {
  const definitions = definitionsOf(plan, images, builder);
  const copies = new KeptCopies(join(cacheDir(machine.env, process.platform), 'copies'));
  const places = await stageImages(definitions, scratch, copies);
  return definitions.map((image, at) =>
    buildTarget(image, places[at] as Places, {
      plan,
      seesImages: builder.seesImages,
      refs: [temporary(image)],
      force: request.force,
    }),
  );
}

async function build(
  toBuild: readonly Image[],
  targets: readonly BuildTarget[],
  { machine, builder, scratch, temporary }: Workshop,
): Promise<Built> {
  const { engine, signal, verbose, report } = machine;
  const clock = new StepClock();
  const running = new RunningSteps();
  const onEvent = (event: BuildEvent): void => {
    clock.hear(event, performance.now());
    running.hear(event, performance.now());
    progressLines(event, { verbose }).forEach(report);
  };
  const reminder = setInterval(
    () => running.lines(performance.now(), REMIND_SECONDS).forEach(report),
    REMIND_SECONDS * 1000,
  );
  const notBuilt = await buildInParts(toBuild, (wanted) =>
    engine.build({ targets, wanted, builder, scratch, ...(signal && { signal }) }, onEvent),
  ).finally(() => clearInterval(reminder));
  const built = toBuild.filter(({ name }) => !notBuilt.has(name));
  const there = await engine.inspect(built.map(temporary));
  const images = new Map(
    built.map((image) => [
      image.name,
      { found: verified(image, temporary(image), there), seconds: clock.seconds(image.name) },
    ]),
  );
  for (const image of built) {
    for (const ref of image.refs) await engine.tag(temporary(image), ref);
  }
  return { images, problems: toBuild.flatMap((image) => problemOf(image, notBuilt)) };
}

function problemOf(image: Image, notBuilt: ReadonlyMap<string, NotBuilt>): Problem[] {
  const why = notBuilt.get(image.name);
  return why === undefined ? [] : [notBuiltProblem(image, why)];
}

/** What the engine has under a name; throws IMAGE_NOT_VERIFIED when it is not what was built. */
function verified({ name, key, platform }: Image, ref: string, there: readonly EngineImage[]): EngineImage {
  const found = there.find(({ refs }) => refs.includes(ref));
  const label = found?.labels[KEY_LABEL];
  if (found && label === key && found.platform === platform) return found;
  throw new TfodError({
    code: 'IMAGE_NOT_VERIFIED',
    what: `The engine does not have the image ${name} that it said it built`,
    where: ref,
    expected: `${KEY_LABEL}=${key} for ${platform}`,
    found: found ? `${label ?? 'no such label'} for ${found.platform}` : 'no image',
    remedy: 'run docker-build again; if it stays so, --builder may name another engine',
  });
}
