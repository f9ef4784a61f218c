/** Which runtime image a service image stands on: TensorFlow for the CPU or for CUDA, or LiteRT without TensorFlow. */
export type Variant = 'cpu' | 'gpu' | 'lite';

/** Every variant there is, in the order in which they are built and shown. */
export const VARIANTS: readonly Variant[] = ['cpu', 'gpu', 'lite'];

export function isVariant(value: unknown): value is Variant {
  return VARIANTS.some((variant) => variant === value);
}
