import { join } from 'node:path';
import type { BuildEvent, Builder, BuildTarget } from '../engine/engine';
import { cacheDir } from '../files/cache-dir';
import { KeptCopies } from '../files/kept-copies';
import { buildInParts, patient, skipDependants, type NotBuilt } from './build-in-parts';
import { buildTarget, definitionsOf } from './build-targets';
import { NOTHING_BUILT, type Built } from './built';
import type { Image } from './image';
import { identityOf, type JointPlan } from './join-plans';
import { temporaryRef } from './key';
import { nameParents } from './name-present';
import { notBuiltProblems } from './not-built';
import { thisProcess } from './owner';
import { imagesToBuild } from './plan';
import { progressLines } from './progress-lines';
import type { Machine } from './request';
import { checkRoom } from './room/check-room';
import { RunningSteps } from './running-steps';
import { withScratch } from './scratch';
import { stageImages } from './stage-images';
import { StepClock } from './step-clock';
import { verify } from './verify';

/** A step that runs for longer is mentioned again, each time as much has passed. */
const REMIND_SECONDS = 15;

/**
 * Builds what the plan says under temporary names, reads the labels back, and only then gives the images their
 * names. An image that fails does not keep the others from being built.
 */
export async function buildMissing(
  joint: JointPlan,
  builderName: string | undefined,
  machine: Machine,
): Promise<Built> {
  const toBuild = imagesToBuild(joint.plan);
  if (toBuild.length === 0) return NOTHING_BUILT;
  const builder = await machine.engine.openBuilder(builderName);
  const owner = thisProcess();
  const home = join(cacheDir(machine.env, process.platform), 'build');
  const force = joint.plan.some(({ isForced }) => isForced);
  await checkRoom({ plan: joint.plan, builder, staging: home, force }, machine);
  return withScratch(home, owner, async (scratch) => {
    const workshop: Workshop = {
      machine,
      builder,
      scratch,
      temporary: ({ ref }) => temporaryRef(ref, owner),
    };
    const plan = await nameParents(joint.plan, machine.engine);
    const prepared = await prepare({ ...joint, plan }, workshop);
    try {
      return await build(toBuild, prepared, workshop);
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

interface Prepared {
  readonly targets: readonly BuildTarget[];
  readonly cannotBeBuilt: ReadonlyMap<string, NotBuilt>;
}

async function prepare(
  { images, plan }: JointPlan,
  { machine, builder, scratch, temporary }: Workshop,
): Promise<Prepared> {
  const definitions = definitionsOf(plan, images, builder);
  const copies = new KeptCopies(join(cacheDir(machine.env, process.platform), 'copies'));
  const staged = await stageImages(definitions, scratch, copies);
  const cannotBeBuilt = new Map<string, NotBuilt>(
    [...staged.problems].map(([name, problems]) => [name, { problems }]),
  );
  skipDependants(definitions, cannotBeBuilt);
  const targets = definitions.flatMap((image) => {
    const places = staged.places.get(image.name);
    if (places === undefined) return [];
    const refs = [temporary(image)];
    return [buildTarget(image, places, { plan, seesImages: builder.seesImages, refs })];
  });
  return { targets, cannotBeBuilt };
}

async function build(
  toBuild: readonly Image[],
  { targets, cannotBeBuilt }: Prepared,
  { machine, builder, scratch, temporary }: Workshop,
): Promise<Built> {
  const { engine, signal } = machine;
  const clock = new StepClock();
  const progress = reportProgress(machine, clock);
  const notBuilt = await buildInParts(
    toBuild,
    patient(
      (wanted) =>
        engine.build({ targets, wanted, builder, scratch, ...(signal && { signal }) }, progress.onEvent),
      () => machine.report('the builder lost its connection to this build, which is tried again'),
    ),
    cannotBeBuilt,
  ).finally(progress.end);
  const built = toBuild.filter(({ name }) => !notBuilt.has(name));
  const { images, problems } = verify(built, temporary, await engine.inspect(built.map(temporary)));
  for (const [image] of images) {
    for (const ref of image.refs) await engine.tag(temporary(image), ref);
  }
  return {
    images: new Map(
      [...images].map(([image, found]) => [identityOf(image), { found, seconds: clock.seconds(image.name) }]),
    ),
    problems: new Map([
      ...toBuild.flatMap((image) => {
        const why = notBuilt.get(image.name);
        return why === undefined ? [] : [[identityOf(image), notBuiltProblems(image, why)] as const];
      }),
      ...[...problems].map(([image, problem]) => [identityOf(image), [problem]] as const),
    ]),
  };
}

function reportProgress({ verbose, report }: Machine, clock: StepClock) {
  const running = new RunningSteps();
  const reminder = setInterval(
    () => running.lines(performance.now(), REMIND_SECONDS).forEach(report),
    REMIND_SECONDS * 1000,
  );
  return {
    onEvent: (event: BuildEvent): void => {
      clock.hear(event, performance.now());
      running.hear(event, performance.now());
      progressLines(event, { verbose }).forEach(report);
    },
    end: () => clearInterval(reminder),
  };
}
