import { posix } from 'node:path';
import type { Variant } from '../../service/variant';
import type { Digest } from '../../values/digest';
import type { Platform } from '../../values/platform';

/** What becomes of one name of a release. */
export interface PromotedName {
  readonly variant: Variant | null;
  /** More than one for an index. */
  readonly platforms: readonly Platform[];
  /** `repository:1.4.0-cpu`. */
  readonly ref: string;
  /** The images that it stands for, by the tags of their keys. */
  readonly from: readonly string[];
  /** The same as that of the image, or of the index over the images. */
  readonly digest: Digest;
  /** `present`: it named this digest before. */
  readonly verdict: 'present' | 'put';
  /** The digest that it named before, when that was another. */
  readonly before?: Digest;
}

/** What a promotion leaves. */
export interface Promotion {
  /** Name of the Nx project. */
  readonly service: string;
  readonly tag: string;
  readonly names: readonly PromotedName[];
}

/** The record of the last promotion of a project, relative to the workspace root. */
export function promotionPath(projectRoot: string): string {
  return posix.join('dist', projectRoot, 'promotion.json');
}

export function formatPromotion(promotion: Promotion): string {
  return `${JSON.stringify(promotion, null, 2)}\n`;
}
