import { annotatedPictures, picturesToEvaluate } from './annotations';
import { confusionPicture } from './confusion-picture';
import { mapOf, parseEvaluation, type Evaluation } from './evaluation';
import { precisionRecall } from './precision-recall';
import { evaluationTables } from './tables';

const RECALL = [0, 0.5, 1];

function evaluation(overrides: Partial<Evaluation> = {}): Evaluation {
  return {
    iouType: 'bbox',
    pictures: 2,
    detections: 5,
    stats: { AP: 0.4321, AP50: 0.75, APsmall: -1 },
    classes: [
      { id: 1, name: 'cat', objects: 3, AP: 0.5, AP50: 0.8 },
      { id: 2, name: 'dog & <bone>', objects: 0, AP: -1, AP50: -1 },
    ],
    curves: {
      recall: RECALL,
      precision50: [1, 0.75, 0.5],
      precision: [0.5, 0.25, 0],
      classes: [
        [1, 0.5, 0],
        [null, null, null],
      ],
    },
    confusion: {
      minScore: 0.5,
      iou: 0.5,
      names: ['cat', 'dog & <bone>'],
      matrix: [
        [2, 1, 0],
        [0, 0, 0],
        [3, 0, 0],
      ],
    },
    ...overrides,
  };
}

describe('evaluationTables', () => {
  it('has COCO’s figures in percent, and the classes', () => {
    expect(evaluationTables({ name: 'demo', evaluation: evaluation() })).toBe(
      [
        'figure   value  meaning',
        'AP        43.2  precision, mean over IoU 0.50 to 0.95',
        'AP50      75.0  precision at IoU 0.50',
        'APsmall      —  precision, objects below 32² pixels',
        '',
        'class         objects  AP50    AP',
        'cat                 3  80.0  50.0',
        'dog & <bone>        0     —     —',
      ].join('\n'),
    );
  });

  it('puts another one beside it, with the difference', () => {
    const better = evaluation({
      stats: { AP: 0.5, AP50: 0.75, APsmall: 0.1 },
      classes: [{ id: 9, name: 'cat', objects: 3, AP: 0.4, AP50: 0.9 }],
    });
    const one = { name: 'demo', evaluation: evaluation() };
    const lines = evaluationTables(one, { name: 'ssd', evaluation: better }).split('\n');
    expect(lines[0]).toMatch(/^figure +demo +ssd +difference +meaning$/);
    expect(lines[1]).toMatch(/^AP +43\.2 +50\.0 +−6\.8 /);
    expect(lines[3]).toMatch(/^APsmall +— +10\.0 +— /);
    expect(lines[6]).toMatch(/^cat +3 +80\.0 +50\.0 +40\.0 +\+10\.0$/);
    expect(lines[7]).toMatch(/^dog & <bone> +0 +— +— +— +—$/);
  });
});

describe('precisionRecall', () => {
  const drawing = precisionRecall(evaluation(), 'parking, demo');

  it('draws a line for all classes and one for each that has objects', () => {
    expect(drawing.match(/<polyline/g)).toHaveLength(3);
    expect(drawing).toContain('cat: 80.0');
    expect(drawing).not.toContain('bone');
    expect(drawing).toContain('all classes, IoU 0.5: 75.0');
  });

  it('has recall to the right and precision upwards', () => {
    // The square of 440 from 64, 56: recall 0, 0.5, 1 at precision 1, 0.75, 0.5.
    expect(drawing).toContain('points="64.0,56.0 284.0,166.0 504.0,276.0"');
  });

  it('leaves out what nobody could tell apart, and says how much', () => {
    const many = Array.from({ length: 20 }, (_, id) => ({
      id,
      name: `c${id}`,
      objects: id + 1,
      AP: 1,
      AP50: 1,
    }));
    const curves = { ...evaluation().curves, classes: many.map(() => [1, 1, 1]) };
    const crowded = precisionRecall(evaluation({ classes: many, curves }), 'many');
    expect(crowded).toContain('and 4 more classes');
    expect(crowded).toContain('c19: 100.0');
    expect(crowded).not.toContain('>c0:');
  });

  it('is well-formed with nothing to measure', () => {
    const none = { ...evaluation().curves, precision50: [null, null, null] };
    expect(precisionRecall(evaluation({ curves: none, stats: { AP: -1, AP50: -1 } }), 'a & b')).toContain(
      'a &amp; b',
    );
  });
});

describe('confusionPicture', () => {
  it('shows each count, what is right in green and what is not in red', () => {
    const drawing = confusionPicture(evaluation().confusion, 'demo');
    expect(drawing.match(/<rect /g)).toHaveLength(1 + 9);
    expect(drawing).toContain('dog &amp; &lt;bone&gt;');
    expect(drawing).toContain('hsl(140, 60%, 57%)'); // two of three cats
    expect(drawing).toContain('hsl(10, 60%, 78%)'); // one of three
    expect([...drawing.matchAll(/>(\d)<\/text>/g)].map((match) => match[1])).toEqual(['2', '1', '3']);
  });

  it('shows those that are mistaken most where there are many', () => {
    const size = 41;
    const matrix = Array.from({ length: size }, (_, row) =>
      Array.from({ length: size }, (__, column) =>
        row === 39 && column === 38 ? 7 : row === column ? 1 : 0,
      ),
    );
    const names = Array.from({ length: size - 1 }, (_, index) => `c${index}`);
    const drawing = confusionPicture({ minScore: 0.5, iou: 0.5, names, matrix }, 'many');
    expect(drawing).toContain('10 more classes');
    expect(drawing).toContain('>c39<');
    expect(drawing).toContain('>c38<');
  });
});

describe('parseEvaluation', () => {
  it('reads what was written', () => {
    expect(mapOf(parseEvaluation(JSON.stringify(evaluation()), 'e.json'))).toBe(0.4321);
  });

  it.each(['{', 'null', '[]', '{"stats": {}}'])('refuses %s', (text) => {
    expect(() => parseEvaluation(text, 'e.json')).toThrow(
      expect.objectContaining({ code: 'EVALUATION_INVALID' }),
    );
  });
});

describe('the pictures of an evaluation', () => {
  const text = JSON.stringify({ images: [{ file_name: 'b.jpg' }, { file_name: 'deep/a.jpg' }] });

  it('are those that are annotated', () => {
    const pictures = ['a.jpg', 'b.jpg', 'deep/a.jpg'].map((name) => ({ name }));
    const chosen = picturesToEvaluate(annotatedPictures(text, 'truth.json'), pictures);
    expect(chosen).toEqual({ pictures: [{ name: 'b.jpg' }, { name: 'deep/a.jpg' }], problems: [] });
  });

  it('must all be there', () => {
    const { problems } = picturesToEvaluate(annotatedPictures(text, 'truth.json'), [{ name: 'a.jpg' }]);
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'EVALUATE_PICTURES',
        what: '2 of 2 annotated pictures are not there',
        found: 'no b.jpg, deep/a.jpg',
      }),
    ]);
  });

  it.each(['', '{}', '{"images": []}', '{"images": [{}]}', '{"images": [null]}'])(
    'cannot be read from %j',
    (bad) => {
      expect(() => annotatedPictures(bad, 'truth.json')).toThrow(
        expect.objectContaining({ code: 'ANNOTATIONS_INVALID' }),
      );
    },
  );
});
