import type { Digest } from '../values/digest';
import type { Key } from './key';
import type { ImageRecord } from './record';

/** The label by which the engine's images are known as ours. */
export const KEY_LABEL = 'dev.tfod.key';

export interface BaseImage {
  readonly ref: string;
  readonly digest: Digest;
}

/** What an image says about itself; all of it follows from the record. */
export function labelsOf(record: ImageRecord, key: Key, base?: BaseImage): Record<string, string> {
  return {
    [KEY_LABEL]: key,
    'dev.tfod.role': record.role,
    'dev.tfod.schema': String(record.schema),
    ...(record.variant && { 'dev.tfod.variant': record.variant }),
    ...(base && {
      'org.opencontainers.image.base.name': base.ref,
      'org.opencontainers.image.base.digest': base.digest,
    }),
  };
}
