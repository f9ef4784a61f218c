import { posix } from 'node:path';
import type { EngineImage } from '../engine/engine';
import type { Service } from '../service/service';
import type { Variant } from '../service/variant';
import type { Platform } from '../values/platform';
import type { Image } from './image';
import type { Key } from './key';
import type { Plan, Verdict } from './plan';
import type { Role } from './role';

/** What is to be done, for machines to read: the receipt's fields before the fact. */
export interface PlanDocument {
  readonly service: string;
  readonly images: readonly PlanEntry[];
}

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
}

export interface ReceiptEntry extends PlanEntry {
  /** All names of the image, `ref` among them. */
  readonly tags: readonly string[];
  /** What the engine calls the image. */
  readonly id: string;
  /** Spent on building; 0 for an image that was there. */
  readonly seconds: number;
  readonly bytes: number;
}

/** What became of one image of a plan. */
export interface EnsuredImage {
  readonly image: Image;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** The names that it was to get. */
  readonly missingRefs: readonly string[];
  readonly found: EngineImage;
  readonly seconds: number;
}

/** The receipt of a project, relative to the workspace root. */
export function receiptPath(projectRoot: string): string {
  return posix.join('dist', projectRoot, 'images.json');
}

/** What the last images were made from, beside the receipt. */
export function recordsPath(projectRoot: string): string {
  return posix.join('dist', projectRoot, 'images.records.json');
}

export function planDocument(service: Service, plan: Plan): PlanDocument {
  return { service: service.name, images: plan.map(planEntry) };
}

export function receiptOf(service: Service, ensured: readonly EnsuredImage[]): Receipt {
  return {
    service: service.name,
    images: ensured.map((each) => ({
      ...planEntry(each),
      tags: each.image.refs,
      id: each.found.id,
      seconds: Math.round(each.seconds * 1000) / 1000,
      bytes: each.found.bytes,
    })),
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
