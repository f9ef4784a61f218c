import type { EngineImage } from '../../engine/engine';
import { familiarRef, parseImageRef } from '../../values/image-ref';
import { TfodError } from '../../values/tfod-error';
import { keyTag, type Key } from '../key';
import type { KeptRecords } from '../kept-records';
import { KEY_LABEL } from '../labels';

const KEY = /^[0-9a-f]{64}$/;
const TAG = /(^|:)(k-[0-9a-f]{32})$/;

/** The key that a text names: the key itself, the tag that carries it, or any name that an image of ours has. */
export function keyAskedFor(
  text: string,
  present: readonly EngineImage[],
  { last }: Pick<KeptRecords, 'last'>,
): Key | undefined {
  if (KEY.test(text)) return text as Key;
  const known = [...present.map(({ labels }) => labels[KEY_LABEL] as Key), ...Object.values(last)];
  const tag = TAG.exec(text)?.[2];
  if (tag !== undefined) return known.find((key) => keyTag(key) === tag);
  const ref = familiar(text);
  const named = present.find(({ refs }) => refs.some((each) => each === ref));
  return named?.labels[KEY_LABEL] as Key | undefined;
}

/** As the engine lists it. */
function familiar(text: string): string | undefined {
  try {
    return familiarRef(parseImageRef(text));
  } catch (error) {
    if (error instanceof TfodError) return undefined;
    throw error;
  }
}
