/** DataType of tensorflow/core/framework/types.proto, by the names that TensorFlow's Python has for it. */
const NAMES: readonly string[] = [
  'invalid',
  'float32',
  'float64',
  'int32',
  'uint8',
  'int16',
  'int8',
  'string',
  'complex64',
  'int64',
  'bool',
  'qint8',
  'quint8',
  'qint32',
  'bfloat16',
  'qint16',
  'quint16',
  'uint16',
  'complex128',
  'float16',
  'resource',
  'variant',
  'uint32',
  'uint64',
];

export function dtypeName(value: number): string {
  return NAMES[value] ?? `dtype ${value}`;
}
