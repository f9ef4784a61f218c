import type { Command } from '../engine/command';
import { buildCommands } from '../images/build-commands';
import { ensureImages } from '../images/ensure-images';
import { planService } from '../images/plan-service';
import type { ProjectRoots } from '../images/projects';
import { planDocument, type PlanEntry } from '../images/receipt';
import type { ImagesRequest, Machine } from '../images/request';
import type { Service } from '../service/service';
import type { Variant } from '../service/variant';
import { imagesRequest } from './docker-build/options';
import type { ImageOptions } from './image-options';

/** Whose image is to be run, and how docker-build makes it. */
export interface VariantRequest {
  readonly workspaceRoot: string;
  readonly service: Service;
  /** All of the workspace. */
  readonly projects: ProjectRoots;
  readonly variant: Variant;
  readonly imageOptions: ImageOptions;
}

/** The image of a variant as docker-build makes it, which is built first if it is missing; no receipt is written. */
export async function ensureVariantImage(request: VariantRequest, machine: Machine): Promise<PlanEntry> {
  const { images } = await ensureImages(await imagesOf(request, machine), machine);
  return serviceImage(images);
}

/** The same as it will be, and the commands that build what is missing; nothing is written, and no engine need answer. */
export async function planVariantImage(
  request: VariantRequest,
  machine: Machine,
): Promise<{ readonly image: PlanEntry; readonly commands: readonly Command[] }> {
  const planned = await planService(await imagesOf(request, machine), machine, {
    needsEngine: false,
    writesPins: false,
    fetchesWeights: false,
  });
  const image = serviceImage(planDocument(request.service, planned.plan).images);
  return { image, commands: buildCommands(planned, machine.engine.commands) };
}

async function imagesOf(
  { workspaceRoot, service, projects, variant, imageOptions }: VariantRequest,
  machine: Machine,
): Promise<ImagesRequest> {
  const asked = imagesRequest(workspaceRoot, service, machine.env, { ...imageOptions, variants: [variant] });
  const platforms = await onePlatform(asked, machine);
  return { ...asked, platforms, projects, writesReceipt: false };
}

/** Of the platforms that docker-build builds for, the engine's own, on which the image runs best. */
async function onePlatform(
  { platforms }: ImagesRequest,
  { engine }: Machine,
): Promise<ImagesRequest['platforms']> {
  if (platforms.length < 2) return platforms;
  const own = await engine.open().then(
    ({ platform }) => platform,
    () => undefined,
  );
  return own !== undefined && platforms.includes(own) ? [own] : platforms.slice(0, 1);
}

function serviceImage<Entry extends PlanEntry>(images: readonly Entry[]): Entry {
  const image = images.find(({ role }) => role === 'service');
  if (!image) throw new Error('the images of a service hold no service image');
  return image;
}
