import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findDetector, headClasses } from './family';
import { readSignatures } from './read-signatures';
import type { Signature } from './signature';

function signaturesOf(name: string): readonly Signature[] {
  return readSignatures(readFileSync(join(__dirname, 'fixtures', `${name}.pb`)), name);
}

describe('findDetector', () => {
  it.each([
    ['whole', 'tf-od-api', 'input_tensor'],
    ['od-api-float', 'tf-od-api', 'input_tensor'],
    ['od-api-string', 'tf-od-api', 'input_tensor'],
    ['od-api-masks', 'tf-od-api', 'input_tensor'],
    ['official-vision', 'official-vision', 'inputs'],
    ['tf-hub', 'tf-hub', 'images'],
    ['keras-hub', 'keras-hub', 'images'],
  ])('knows %s for %s', (name, family, input) => {
    expect(findDetector(signaturesOf(name), name)).toMatchObject({ family, input: { name: input } });
  });

  it('knows an export of TensorFlow 1 by the name of its input', () => {
    const [signature] = signaturesOf('whole') as [Signature];
    const inputs = [{ name: 'inputs', dtype: 'uint8', shape: [null, null, null, 3] }];
    expect(findDetector([{ ...signature, inputs }], 'tf1').family).toBe('tf1-od-api');
  });

  it('takes the signature that detects, whatever others there are', () => {
    expect(
      findDetector([...signaturesOf('classifier'), ...signaturesOf('whole')], '').signature.outputs,
    ).toHaveLength(4);
  });

  it.each([
    ['od-api-side-inputs', 'takes side inputs: context_features (float32 [1, 2000, 9]), input_tensor'],
    ['official-vision-raw', 'raw head (decoded_boxes)'],
    ['keras-raw', 'raw head (bbox_regression, cls_logits)'],
    ['classifier', 'in  x: float32 of any shape'],
  ])('refuses %s and says what it is', (name, told) => {
    const refused = () => findDetector(signaturesOf(name), name);
    expect(refused).toThrow(expect.objectContaining({ code: 'SIGNATURE_UNSUPPORTED' }));
    expect(refused).toThrow(told);
    expect(refused).toThrow('keras-hub: boxes, confidence');
  });

  it('refuses a file without signatures', () => {
    expect(() => findDetector([], '')).toThrow('no signature at all');
  });
});

describe('headClasses', () => {
  it('leaves out the background', () => {
    const [signature] = signaturesOf('od-api-masks') as [Signature];
    expect(headClasses(signature)).toBe(90);
  });

  it('does not guess', () => {
    const [signature] = signaturesOf('whole') as [Signature];
    expect(headClasses(signature)).toBeUndefined();
  });
});
