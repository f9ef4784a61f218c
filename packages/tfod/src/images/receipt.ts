import { posix } from 'node:path';
import type { EngineImage } from '../engine/engine';
import type { TfodProject } from '../service/service';
import type { Variant } from '../service/variant';
import type { Digest } from '../values/digest';
import type { Platform } from '../values/platform';
import type { Image } from './image';
import type { Key } from './key';
import type { RegistryImage } from './look-up/registry-view';
import type { Plan, Verdict } from './plan';
import type { Role } from './role';

/** What is to be done, for machines to read: the receipt's fields before the fact. */
export interface PlanDocument {
  readonly service: string;
  readonly images: readonly PlanEntry[];
  /** Images of other services that these stand on or copy from. */
  readonly standsOn?: readonly OfOther<PlanEntry>[];
}

/** What is told of an image of another service. */
export type OfOther<Entry> = Entry & { readonly service: string };

export interface PlanEntry {
  readonly role: Role;
  readonly variant: Variant | null;
  readonly platform: Platform;
  readonly ref: string;
  readonly key: Key;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
}

/** What a build leaves for the other executors. */
export interface Receipt {
  /** Name of the Nx project. */
  readonly service: string;
  /** Parents before children. */
  readonly images: readonly ReceiptEntry[];
  readonly standsOn?: readonly OfOther<ReceiptEntry>[];
}

export interface ReceiptEntry extends PlanEntry {
  /** All names of the image, `ref` among them. */
  readonly tags: readonly string[];
  /** What the engine calls the image. */
  readonly id: string;
  /** Spent on building; 0 for an image that was there. */
  readonly seconds: number;
  /** In the engine; of an image that only the registry has, of its layers as they are sent. */
  readonly bytes: number;
  /** What the tags name in the registry, if the registry was asked and has it. */
  readonly digest?: Digest;
}

/** What became of one image of a plan. */
export interface EnsuredImage {
  readonly image: Image;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** The names that it was to get. */
  readonly missingRefs: readonly string[];
  /** The names that it was to get in the registry. */
  readonly unpushed: readonly string[];
  /** At least one of the two. */
  readonly found?: EngineImage;
  readonly inRegistry?: RegistryImage;
  readonly seconds: number;
}

/** The receipt of a project, relative to the workspace root. */
export function receiptPath(projectRoot: string): string {
  return posix.join('dist', projectRoot, 'images.json');
}

/** The keys of the last images, beside the receipt; they outlive a build that fails. */
export function lastKeysPath(projectRoot: string): string {
  return posix.join('dist', projectRoot, 'images.last.json');
}

export function planDocument(service: TfodProject, plan: Plan): PlanDocument {
  return documentOf(service, plan, planEntry);
}

export function receiptOf(service: TfodProject, ensured: readonly EnsuredImage[]): Receipt {
  return documentOf(service, ensured, (each) => ({
    ...planEntry(each),
    tags: each.image.refs,
    id: there(each).id,
    seconds: Math.round(each.seconds * 1000) / 1000,
    bytes: there(each).bytes,
    ...(each.inRegistry && { digest: each.inRegistry.digest }),
  }));
}

function there({ image, found, inRegistry }: EnsuredImage): Pick<EngineImage, 'id' | 'bytes'> {
  const one = found ?? inRegistry;
  if (!one) throw new Error(`${image.name} is nowhere`);
  return one;
}

/** The service's own images, and apart from them those of others. */
function documentOf<Each extends { readonly image: Image }, Entry>(
  { name }: TfodProject,
  all: readonly Each[],
  entryOf: (each: Each) => Entry,
): {
  readonly service: string;
  readonly images: readonly Entry[];
  readonly standsOn?: readonly OfOther<Entry>[];
} {
  const standsOn = all.flatMap((each) => {
    const { other } = each.image.facts;
    return other ? [{ service: other.name, ...entryOf(each) }] : [];
  });
  return {
    service: name,
    images: all.filter(({ image }) => !image.facts.other).map(entryOf),
    ...(standsOn.length > 0 && { standsOn }),
  };
}

/** The text of a receipt or a plan. */
export function formatDocument(document: Receipt | PlanDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function planEntry({
  image,
  verdict,
  reasons,
}: Pick<EnsuredImage, 'image' | 'verdict' | 'reasons'>): PlanEntry {
  const { role, variant, platform, ref, key } = image;
  return { role, variant, platform, ref, key, verdict, reasons };
}
