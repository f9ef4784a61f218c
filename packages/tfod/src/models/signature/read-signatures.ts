import { TfodError, type Problem } from '../../values/tfod-error';
import { dtypeName } from './dtype';
import type { Shape, Signature, Tensor } from './signature';
import { bytesOf, MalformedMessage, mapOf, numberOf } from './wire-format';

/** Numbers of the fields that are read, from saved_model.proto, meta_graph.proto and tensor_shape.proto. */
const META_GRAPHS = 2;
const META_INFO = { field: 1, tags: 4 } as const;
const SIGNATURE_DEF = 5;
const INPUTS = 1;
const OUTPUTS = 2;
const TENSOR = { dtype: 2, shape: 3 } as const;
const SHAPE = { dim: 2, unknownRank: 3 } as const;
const DIM_SIZE = 1;

/** The tag of the graph that is meant for inference. */
const SERVE = 'serve';

/**
 * The signatures of a saved_model.pb, sorted by key, without those that TensorFlow keeps for itself. Reads the
 * protobuf as it lies, since there is no TensorFlow where a generator runs. Throws SAVED_MODEL_MALFORMED; `where`
 * names the file.
 */
export function readSignatures(file: Buffer, where: string): readonly Signature[] {
  try {
    const graph = servingGraph(bytesOf(file, META_GRAPHS), where);
    return [...mapOf(graph, SIGNATURE_DEF)]
      .filter(([key]) => !key.startsWith('__'))
      .map(([key, definition]) => ({
        key,
        inputs: tensorsOf(definition, INPUTS),
        outputs: tensorsOf(definition, OUTPUTS),
      }))
      .sort((a, b) => compare(a.key, b.key));
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    throw new TfodError(malformed(where, error.message), { cause: error });
  }
}

/** A file of TF1 may hold a graph for training as well. */
function servingGraph(graphs: readonly Buffer[], where: string): Buffer {
  const [only, ...others] = graphs;
  if (only === undefined) throw new TfodError(malformed(where, 'no graph'));
  if (others.length === 0) return only;
  const tags = graphs.map((graph) =>
    bytesOf(graph, META_INFO.field).flatMap((info) => bytesOf(info, META_INFO.tags).map(String)),
  );
  const serving = graphs[tags.findIndex((each) => each.includes(SERVE))];
  if (serving !== undefined) return serving;
  const found = `graphs with the tags ${tags.map((each) => each.join('+') || 'none').join(', ')}`;
  throw new TfodError({
    ...malformed(where, found),
    expected: `a graph with the tag ${SERVE}`,
    remedy: 'export the model for serving',
  });
}

function tensorsOf(definition: Buffer, field: number): readonly Tensor[] {
  return [...mapOf(definition, field)]
    .map(([name, info]) => ({ name, dtype: dtypeName(numberOf(info, TENSOR.dtype)), shape: shapeOf(info) }))
    .sort((a, b) => compare(a.name, b.name));
}

function shapeOf(info: Buffer): Shape {
  const shape = bytesOf(info, TENSOR.shape).at(-1) ?? Buffer.alloc(0);
  if (numberOf(shape, SHAPE.unknownRank) !== 0) return null;
  return bytesOf(shape, SHAPE.dim)
    .map((dim) => numberOf(dim, DIM_SIZE))
    .map((size) => (size < 0 ? null : size));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function malformed(where: string, found: string): Problem {
  return {
    code: 'SAVED_MODEL_MALFORMED',
    what: 'saved_model.pb cannot be read as a SavedModel',
    where,
    expected: 'what tf.saved_model.save writes',
    found,
    remedy: 'fetch or export the model again; a frozen graph of TensorFlow 1 is no SavedModel',
  };
}
