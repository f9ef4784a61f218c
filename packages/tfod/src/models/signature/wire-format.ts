/** One field of a message in protobuf's wire format, https://protobuf.dev/programming-guides/encoding/. */
export type Field =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Buffer }
  | { readonly number: number; readonly kind: 'fixed' };

/** The bytes are not a message. */
export class MalformedMessage extends Error {}

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;
/** 64 bits in groups of seven. */
const LONGEST_VARINT = 10;

/** The fields of a message in their order. What is inside of one is only looked at by who asks for its fields. */
function* fieldsOf(message: Buffer): Generator<Field, void> {
  let at = 0;
  while (at < message.length) {
    const tag = varintAt(message, at);
    const number = Number(tag.value >> 3n);
    at = tag.end;
    switch (Number(tag.value & 7n)) {
      case VARINT: {
        const { value, end } = varintAt(message, at);
        at = end;
        yield { number, kind: 'varint', value };
        break;
      }
      case BYTES: {
        const { value: length, end } = varintAt(message, at);
        at = skip(message, end, Number(length));
        yield { number, kind: 'bytes', value: message.subarray(end, at) };
        break;
      }
      case FIXED_64:
        at = skip(message, at, 8);
        yield { number, kind: 'fixed' };
        break;
      case FIXED_32:
        at = skip(message, at, 4);
        yield { number, kind: 'fixed' };
        break;
      default:
        throw new MalformedMessage(`a field of an unknown wire type ends at byte ${at}`);
    }
  }
}

/** The messages or strings of a field that may be repeated. */
export function bytesOf(message: Buffer, number: number): Buffer[] {
  return [...fieldsOf(message)].flatMap((field) =>
    field.number === number && field.kind === 'bytes' ? [field.value] : [],
  );
}

/** The value of a whole-number field, the last one where it is repeated; 0 where it is missing, as proto3 has it. */
export function numberOf(message: Buffer, number: number): number {
  let found = 0n;
  for (const field of fieldsOf(message)) {
    if (field.number === number && field.kind === 'varint') found = field.value;
  }
  return Number(BigInt.asIntN(64, found));
}

/** A map<string, message>; of two entries with one key the later counts. */
export function mapOf(message: Buffer, number: number): ReadonlyMap<string, Buffer> {
  return new Map(
    bytesOf(message, number).map((entry) => {
      const key = bytesOf(entry, 1).at(-1)?.toString('utf8') ?? '';
      return [key, bytesOf(entry, 2).at(-1) ?? Buffer.alloc(0)];
    }),
  );
}

function varintAt(message: Buffer, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let index = 0; index < LONGEST_VARINT; index += 1) {
    const byte = message[start + index];
    if (byte === undefined) throw new MalformedMessage(`it ends within the number at byte ${start}`);
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: start + index + 1 };
  }
  throw new MalformedMessage(`the number at byte ${start} has no end`);
}

function skip(message: Buffer, at: number, length: number): number {
  const end = at + length;
  if (end > message.length) {
    throw new MalformedMessage(`a field of ${length} bytes at byte ${at} goes past the end`);
  }
  return end;
}
