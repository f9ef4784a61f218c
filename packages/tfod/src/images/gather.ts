import { join } from 'node:path';
import type { EngineImage } from '../engine/engine';
import { readyModel } from '../models/ready-model';
import { SERVICE_FILE } from '../service/service';
import { parsePlatform, type Platform } from '../values/platform';
import type { Problem } from '../values/tfod-error';
import { pinMissing, unpinnedRefs } from './externals';
import type { ImageFacts } from './facts';
import { parseLastKeys, type KeptRecords } from './kept-records';
import type { Key } from './key';
import { KEY_LABEL } from './labels';
import { NO_PINS, type Pins } from './pins';
import { Problems } from './problems';
import { readChains, type CheckModel } from './read-chains';
import { readOptional } from './read-optional';
import { readPins } from './read-pins';
import { lastKeysPath } from './receipt';
import { RecordCache } from './records/record-cache';
import { canBePushed, imageRepository } from './repository';
import type { ImagesRequest, Machine } from './request';

/** Everything that a plan is made from. */
export interface Facts {
  /** Parents before children, for each platform. */
  readonly images: readonly ImageFacts[];
  readonly pins: Pins;
  /** External images that have no pin yet; none when the lock is frozen. */
  readonly unpinned: readonly string[];
  /** All images of the engine that bear our label. */
  readonly present: readonly EngineImage[];
  readonly kept: KeptRecords;
}

/** What the engine is, which it says at once, and what it has. */
export interface EngineLook {
  readonly opened: Promise<Opened>;
  readonly listed: Promise<Listed>;
}

interface Opened {
  readonly platform: Platform;
  readonly problems: readonly Problem[];
}

interface Listed {
  readonly present: readonly EngineImage[];
  readonly problems: readonly Problem[];
}

/** How far the gathering goes. */
export interface GatherOptions {
  readonly look: EngineLook;
  /** Whether weights of models that are nowhere on this machine are fetched, or a problem. */
  readonly fetchesWeights: boolean;
}

/** Reads everything; throws a TfodError with every problem of the service and of the machine. */
export async function gather(
  request: ImagesRequest,
  machine: Machine,
  { look, fetchesWeights }: GatherOptions,
): Promise<Facts> {
  const problems = new Problems();
  const { workspaceRoot, service } = request;
  const checkModel: CheckModel = (each) =>
    readyModel(workspaceRoot, each, machine.env, fetchesWeights ? 'network' : 'store');
  const [engine, pins = NO_PINS, last] = await Promise.all([
    look.opened,
    problems.attempt(() => readPins(workspaceRoot)),
    readOptional(join(workspaceRoot, lastKeysPath(service.root))).then(parseLastKeys),
    problems.attempt(async () => {
      if (service.kind !== 'runtime') problems.add(...(await checkModel(service)));
    }),
  ]);
  problems.add(...engine.problems);
  const platforms = request.platforms.length > 0 ? request.platforms : [engine.platform];
  const images = await readChains(request, platforms, { ...machine, checkModel }, problems);
  const unpinned = unpinnedRefs(
    images.flatMap(({ externals }) => externals),
    pins,
  );
  if (request.frozenLock) problems.add(...unpinned.map(pinMissing));
  if (request.push) problems.add(...pushRefused(request, images));
  const listed = await look.listed;
  problems.add(...listed.problems);
  problems.throwAny();
  const records = new RecordCache(machine.env);
  const kept = { last, find: (key: Key) => records.find(key) };
  return { images, pins, unpinned, present: listed.present, kept };
}

/** Looks at the engine once. Without `needed`, one that does not answer has no images. */
export function lookAtEngine({ engine }: Machine, needed: boolean): EngineLook {
  const listing = engine.imagesWithLabel(KEY_LABEL);
  // Heard below; what `open` says is clearer than why the list of a missing engine failed.
  listing.catch(() => undefined);
  const opening = new Problems();
  const info = opening.attempt(() => engine.open());
  const told = (problems: Problems): readonly Problem[] => (needed ? problems.all : []);
  const opened = info.then((its) => ({
    platform: its?.platform ?? parsePlatform('linux/amd64'),
    problems: told(opening),
  }));
  const listed = info.then(async (its) => {
    const problems = new Problems();
    const present = its && (await problems.attempt(() => listing));
    return { present: present ?? [], problems: told(problems) };
  });
  listed.catch(() => undefined);
  return { opened, listed };
}

/** The names of the images that are to be pushed, and that say not where to. */
function pushRefused({ service, registry }: ImagesRequest, images: readonly ImageFacts[]): Problem[] {
  const runtimes = images.flatMap(({ runtime, other }) => (runtime && !other ? [runtime] : []));
  return [service, ...runtimes]
    .filter(({ image }) => !canBePushed(imageRepository(image, registry)))
    .map(({ image, root }) => ({
      code: 'PUSH_NOWHERE',
      what: `The image ${image} names no registry that it could be pushed to`,
      where: `${root}/${SERVICE_FILE} "image"`,
      expected: 'a registry or an account before the name: registry.example/parking, account/parking',
      found: image,
      remedy: 'add it to the name, or give --registry',
    }));
}
