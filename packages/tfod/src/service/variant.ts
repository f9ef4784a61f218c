/** Which runtime image a service image stands on: TensorFlow for the CPU, or for CUDA. */
export type Variant = 'cpu' | 'gpu';

/** Every variant there is, in the order in which they are built and shown. */
export const VARIANTS: readonly Variant[] = ['cpu', 'gpu'];

export function isVariant(value: unknown): value is Variant {
  return VARIANTS.some((variant) => variant === value);
}
