import { TfodError } from '../../values/tfod-error';
import { formatSignature, kindOf, type Shape, type Signature, type Tensor } from './signature';

/** A kind of detection SavedModel, by the name that model.json and the runtime have for it. */
export type Family = 'tf-od-api' | 'tf1-od-api' | 'official-vision' | 'tf-hub' | 'keras-hub';

/** The signature that detects, and what it is. */
export interface Detector {
  readonly family: Family;
  readonly signature: Signature;
  readonly input: Tensor;
}

interface Form {
  readonly family: Family;
  /** What its signature looks like, for a person whose model has another. */
  readonly summary: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Further marks of the form; all forms are tried in order, so that the first to fit is the most special. */
  readonly fits?: (signature: Signature) => boolean;
}

const FOUR_OUTPUTS = ['detection_boxes', 'detection_classes', 'detection_scores', 'num_detections'];
const PICTURES = ['uint8', 'float32', 'string'];

const FORMS: readonly Form[] = [
  {
    family: 'official-vision',
    summary:
      'the four outputs of the Object Detection API and image_info (export_saved_model of official/vision)',
    inputs: PICTURES,
    outputs: [...FOUR_OUTPUTS, 'image_info'],
  },
  {
    family: 'tf1-od-api',
    summary: `an input named inputs, outputs ${FOUR_OUTPUTS.join(', ')} (Object Detection API of TensorFlow 1)`,
    inputs: ['uint8', 'string'],
    outputs: FOUR_OUTPUTS,
    fits: ({ inputs }) => inputs[0]?.name === 'inputs',
  },
  {
    family: 'tf-od-api',
    summary: `one input, outputs ${FOUR_OUTPUTS.join(', ')} (exporter_main_v2.py of the Object Detection API)`,
    inputs: PICTURES,
    outputs: FOUR_OUTPUTS,
  },
  {
    family: 'tf-hub',
    summary: 'detection_boxes, detection_scores, detection_class_labels without a batch (TensorFlow Hub)',
    inputs: ['float32'],
    outputs: ['detection_boxes', 'detection_class_labels', 'detection_scores'],
    fits: ({ outputs }) => outputs.find(({ name }) => name === 'detection_boxes')?.shape?.length === 2,
  },
  {
    family: 'keras-hub',
    summary:
      'boxes, confidence, labels, num_detections (an object detector of KerasHub, exported with its NMS)',
    inputs: ['float32', 'uint8'],
    outputs: ['boxes', 'confidence', 'labels', 'num_detections'],
  },
];

/** Outputs of detectors that were exported without choosing among their boxes. */
const RAW_HEADS = ['decoded_boxes', 'raw_detection_boxes', 'bbox_regression', 'cls_logits', 'pred_boxes'];

/** Finds the signature that detects; throws SIGNATURE_UNSUPPORTED, which prints the signatures and what is read. */
export function findDetector(signatures: readonly Signature[], where: string): Detector {
  for (const form of FORMS) {
    for (const signature of signatures) {
      const [input] = signature.inputs;
      if (input && reasonsAgainst(form, signature).length === 0)
        return { family: form.family, signature, input };
    }
  }
  const kinds = signatures.flatMap(kindOfStranger);
  throw new TfodError({
    code: 'SIGNATURE_UNSUPPORTED',
    what: ['The SavedModel has no signature of a detector that is supported', ...kinds].join('; '),
    where,
    expected: `one of these\n${FORMS.map(({ family, summary }) => indent(`${family}: ${summary}`)).join('\n')}`,
    found:
      signatures.length === 0
        ? 'no signature at all'
        : `these\n${signatures.map((signature) => indent(formatSignature(signature))).join('\n')}`,
    remedy: 'export the model again in one of these forms',
  });
}

/**
 * How many classes the head of the model scores, without the background, where its signature tells: the outputs
 * of the Object Detection API before the choice of the best class.
 */
export function headClasses({ outputs }: Signature): number | undefined {
  const scores = ['detection_multiclass_scores', 'raw_detection_scores'].map(
    (name) => outputs.find((output) => output.name === name)?.shape?.at(-1) ?? undefined,
  );
  const width = scores.find((size) => size !== undefined);
  return width === undefined ? undefined : width - 1;
}

function reasonsAgainst({ inputs, outputs, fits }: Form, signature: Signature): readonly string[] {
  const [input, ...others] = signature.inputs;
  const names = signature.outputs.map(({ name }) => name);
  return [
    ...(input === undefined || others.length > 0 ? ['inputs'] : []),
    ...(input && inputs.includes(input.dtype) && isPicture(input) ? [] : ['the input']),
    ...outputs.filter((name) => !names.includes(name)),
    ...(fits === undefined || fits(signature) ? [] : ['its marks']),
  ];
}

/** Pixels, or the bytes of a file: one at least, whatever the size of the batch. */
function isPicture({ dtype, shape }: Tensor): boolean {
  if (shape === null) return true;
  return dtype === 'string' ? shape.length <= 1 : shape.length === 4 && hasChannels(shape);
}

function hasChannels(shape: Exclude<Shape, null>): boolean {
  return shape[3] === 3 || shape[3] === null;
}

/** In a few words what a signature is that is none of ours. */
function kindOfStranger({ key, inputs, outputs }: Signature): string[] {
  const names = outputs.map(({ name }) => name);
  const raw = RAW_HEADS.filter((name) => names.includes(name));
  const detects = FOUR_OUTPUTS.every((name) => names.includes(name));
  if (inputs.length > 1 && detects) {
    const side = inputs.map((input) => `${input.name} (${kindOf(input)})`);
    return [`${key} takes side inputs: ${side.join(', ')}`];
  }
  if (raw.length > 0 && !detects) {
    return [
      `${key} gives the raw head (${raw.join(', ')}), from which no boxes were chosen: export it with its NMS`,
    ];
  }
  return [];
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
