import { createHash } from 'node:crypto';
import { TfodError } from './tfod-error';

/** A sha256 as `sha256:<64 lower-case hex digits>`, the form of the OCI image specification. */
export type Digest = string & { readonly __brand: 'Digest' };

const FORM = /^sha256:[0-9a-f]{64}$/;

/** Reads a digest that was written elsewhere: a lock file, a label, a registry's answer. */
export function parseDigest(text: string): Digest {
  if (!FORM.test(text)) {
    throw new TfodError({
      code: 'DIGEST_MALFORMED',
      what: 'This is not a sha256 digest',
      expected: 'sha256: and 64 lower-case hexadecimal digits',
      found: JSON.stringify(text),
      remedy: 'copy the whole digest from where it was printed',
    });
  }
  return text as Digest;
}

/** The digest of bytes; a string is hashed as UTF-8. */
export function digestOf(bytes: string | Uint8Array): Digest {
  return digestOfHex(createHash('sha256').update(bytes).digest('hex'));
}

/** The digest whose hexadecimal digits a streaming hash has found. */
export function digestOfHex(hex: string): Digest {
  return parseDigest(`sha256:${hex}`);
}

/** The 64 hexadecimal digits alone. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
