import type { EngineImage } from '../../engine/engine';
import { TfodError } from '../../values/tfod-error';
import type { Image } from '../image';
import { KEY_LABEL } from '../labels';
import type { Plan } from '../plan';
import type { Machine } from '../request';
import { pinnedRef, type RegistryImage } from './registry-view';
import { transferOptions } from './transfer-options';

/** Brings the images that the plan pulls into the engine and gives them their names; by the name of each. */
export async function pullFound(plan: Plan, machine: Machine): Promise<ReadonlyMap<string, EngineImage>> {
  const pulled = new Map<string, EngineImage>();
  for (const { image, verdict, inRegistry } of plan) {
    if (verdict === 'pull' && inRegistry) pulled.set(image.name, await pull(image, inRegistry, machine));
  }
  return pulled;
}

/** By digest, and the names last: a tag that was moved since the look-up, or a killed pull, can do no harm. */
async function pull(image: Image, found: RegistryImage, machine: Machine): Promise<EngineImage> {
  const { engine, report } = machine;
  const ref = pinnedRef(found);
  report(`pulling ${image.name} from ${ref}`);
  await engine.pull(ref, image.platform, transferOptions(machine));
  const [there] = await engine.inspect([ref]);
  if (there?.labels[KEY_LABEL] !== image.key || there.platform !== image.platform) {
    throw notVerified(image, ref, there);
  }
  for (const name of image.refs) await engine.tag(there.id, name);
  return { ...there, refs: [...new Set([...there.refs, ...image.refs])] };
}

function notVerified(
  { name, key, platform }: Image,
  where: string,
  there: EngineImage | undefined,
): TfodError {
  return new TfodError({
    code: 'IMAGE_NOT_VERIFIED',
    what: `The engine does not have the image ${name} that it said it pulled`,
    where,
    expected: `${KEY_LABEL}=${key} for ${platform}`,
    found: there ? `${there.labels[KEY_LABEL] ?? 'no such label'} for ${there.platform}` : 'no image',
    remedy: 'run docker-build again',
  });
}
