import { TfodError } from './tfod-error';

/** What an image runs on, in the words of the OCI specification: `linux/amd64`, `linux/arm/v7`. */
export type Platform = string & { readonly __brand: 'Platform' };

export interface PlatformParts {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

const FORM = /^[a-z0-9]+\/[a-z0-9_]+(\/v[0-9.]+)?$/;

/** Names that containerd takes for others. */
const ALIASES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

/** Reads `os/architecture[/variant]` into one spelling: `linux/arm64/v8` is `linux/arm64`. */
export function parsePlatform(text: string): Platform {
  if (!FORM.test(text)) {
    throw new TfodError({
      code: 'PLATFORM_MALFORMED',
      what: 'This is not a platform',
      expected: 'os/architecture or os/architecture/variant, such as linux/amd64',
      found: JSON.stringify(text),
      remedy: 'name the platform as `docker buildx ls` does',
    });
  }
  const [os = '', written = '', variant] = text.split('/');
  const architecture = ALIASES[written] ?? written;
  const implied = architecture === 'arm64' && variant === 'v8';
  return [os, architecture, ...(variant === undefined || implied ? [] : [variant])].join('/') as Platform;
}

/** The parts of a platform; the variant is there only when it was written. */
export function partsOf(platform: Platform): PlatformParts {
  const [os = '', architecture = '', variant] = platform.split('/');
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
}
