/** A tensor's shape: null for a size that is open, null for the whole when even the rank is. */
export type Shape = readonly (number | null)[] | null;

/** One input or output: its name in the signature, its dtype by TensorFlow's name, its shape. */
export interface Tensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: Shape;
}

/** One entry point of a SavedModel: its key (`serving_default`) and its tensors, sorted by name. */
export interface Signature {
  readonly key: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** Dtype and shape on one line: `uint8 [1, ?, ?, 3]`. */
export function kindOf({ dtype, shape }: Pick<Tensor, 'dtype' | 'shape'>): string {
  if (shape === null) return `${dtype} of any shape`;
  return `${dtype} [${shape.map((size) => size ?? '?').join(', ')}]`;
}

/** Every tensor on its own line, for a person to compare with what they expected. */
export function formatSignature({ key, inputs, outputs }: Signature): string {
  const lines = (title: string, tensors: readonly Tensor[]): string[] =>
    tensors.length === 0
      ? [`  ${title} nothing`]
      : tensors.map((tensor) => `  ${title} ${tensor.name}: ${kindOf(tensor)}`);
  return [`signature ${key}`, ...lines('in ', inputs), ...lines('out', outputs)].join('\n');
}
