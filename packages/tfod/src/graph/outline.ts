/** What a tfod.json says, as far as it can be made out: it may be half-written, and its executors tell the rest. */
export interface Outline {
  readonly isRuntime: boolean;
  /** Undefined where they cannot be made out. */
  readonly variants: readonly unknown[] | undefined;
  /** The name of the runtime that a service stands on. */
  readonly runtime: string | undefined;
  /** The name of the service's model, which its Dockerfiles get as MODEL. */
  readonly model: string | undefined;
}

/** The outline of a tfod.json with this text. */
export function outlineIn(text: string): Outline {
  try {
    return outlineOf(JSON.parse(text));
  } catch {
    return outlineOf(undefined);
  }
}

function outlineOf(written: unknown): Outline {
  const { kind, variants, runtime, model } = (written ?? {}) as Readonly<Record<string, unknown>>;
  const isRuntime = kind === 'runtime';
  return {
    isRuntime,
    variants: Array.isArray(variants) ? variants : undefined,
    runtime: typeof runtime === 'string' && !isRuntime ? runtime : undefined,
    model: typeof model === 'string' && !isRuntime ? model : undefined,
  };
}
