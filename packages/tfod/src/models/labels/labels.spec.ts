import { readFileSync } from 'node:fs';
import { BUILT_IN, builtInLabels } from './built-in';
import { beyondHead, formatLabelMap, labelNotes } from './label-map';
import { isLabelMap, parseLabels } from './parse-labels';

const CAR_AND_BUS = [
  { id: 1, name: 'car' },
  { id: 3, name: 'bus' },
];

describe('parseLabels', () => {
  it.each([
    ['a label map', `item { id: 1 name: 'car' } item { id: 3 name: "bus" }`],
    [
      'a label map with all that is legal',
      `# a\nitem: <id: 0x1; name: "/m/1", display_name: "c" 'ar'>\nitem{id:003 name:"b\\165s"}`,
    ],
    ['ids and names', '{"1": "car", "3": "bus"}'],
    ['names and ids', '{"car": 1, "bus": 3}'],
    ['the form of Hugging Face', '{"id2label": {"1": "car", "3": "bus"}, "model_type": "detr"}'],
    [
      'categories of COCO',
      '{"images": [], "categories": [{"id": 3, "name": "bus"}, {"id": 1, "name": "car"}]}',
    ],
    ['a list of objects', '[{"id": 1, "display_name": "car", "name": "/m/1"}, {"id": 3, "label": "bus"}]'],
    ['a list of names', '["car", "???", "bus"]'],
    ['a list of names with the background', '["background", "car", "???", "bus"]'],
    ['lines', 'car\n???\nbus\n'],
    ['lines of a TFLite label map', '???\ncar\n???\nbus\n\n'],
    ['lines with ids', '3: bus\r\n1: car\r\n'],
    ['lines with a background by id', '0 background\n1 car\n3 bus'],
    ['a byte order mark', '\uFEFF{"1": "car", "3": "bus"}'],
  ])('reads %s', (_form, text) => expect(parseLabels(text, 'labels')).toEqual(CAR_AND_BUS));

  it('adds the offset to every id', () => {
    expect(parseLabels('{"0": "car", "2": "bus"}', 'labels', 1)).toEqual(CAR_AND_BUS);
  });

  it('keeps names as they are', () => {
    const names = ['traffic light', 'é, "x"', "o'clock", '3 wheeler', 'a\\b'];
    expect(parseLabels(names.join('\n'), 'labels').map(({ name }) => name)).toEqual(names);
    expect(parseLabels(JSON.stringify(names), 'labels').map(({ name }) => name)).toEqual(names);
  });

  it('shows an item of a label map without a name by its id', () => {
    expect(parseLabels('item { id: 7 }', 'labels')).toEqual([{ id: 7, name: 'id:7' }]);
  });

  it.each([
    ['an empty file', '', ['LABELS_MALFORMED']],
    ['an empty list', '[]', ['LABELS_INVALID']],
    ['an empty object', '{}', ['LABELS_INVALID']],
    ['an empty line in the middle', 'car\n\nbus', ['LABELS_MALFORMED']],
    ['ids from 0', '{"0": "car", "1": "bus"}', ['LABELS_OFFSET']],
    ['an id twice', '[{"id": 1, "name": "car"}, {"id": 1, "name": "bus"}]', ['LABELS_INVALID']],
    ['an id twice in a label map', 'item { id: 1 name: "a" } item { id: 1 name: "b" }', ['LABELS_INVALID']],
    ['an id that is a word', '[{"id": "one", "name": "car"}]', ['LABELS_INVALID']],
    ['half an id', '[{"id": 1.5, "name": "car"}]', ['LABELS_INVALID']],
    ['no name', '{"1": ""}', ['LABELS_INVALID']],
    ['a name that is a number', '{"1": 7}', ['LABELS_INVALID']],
    ['no id', 'item { name: "car" }', ['LABELS_INVALID']],
    ['half a label map', 'item { id: 1 name: "car"', ['LABELS_MALFORMED']],
    ['another message', 'item { id: 1 name: "a" } model { ssd: 1 }', ['LABELS_MALFORMED']],
    ['broken JSON', '{"1": "car"', ['LABELS_MALFORMED']],
    ['other JSON', '{"a": {"b": 1}}', ['LABELS_MALFORMED']],
    ['a picture', '\x89PNG\0\0\0', ['LABELS_MALFORMED']],
    [
      'all of it at once',
      '[{"id": "x", "name": "a"}, {"id": 1, "name": ""}, {"id": 0, "name": "c"}, {"id": 2, "name": "d"}, {"id": 2, "name": "e"}]',
      ['LABELS_INVALID', 'LABELS_INVALID', 'LABELS_OFFSET', 'LABELS_INVALID'],
    ],
  ])('refuses %s', (_form, text, codes) => {
    expect(() => parseLabels(text, 'labels')).toThrow(
      expect.objectContaining({ problems: codes.map((code) => expect.objectContaining({ code })) }),
    );
  });

  it('tells the offset that would do', () => {
    expect(() => parseLabels('{"0": "car"}', 'labels')).toThrow('--labelOffset=1');
    expect(() => parseLabels('{"1": "car"}', 'labels', -3)).toThrow('--labelOffset=0');
  });
});

describe('formatLabelMap', () => {
  it('is read back as it was', () => {
    const labels = [
      { id: 1, name: 'a "b" \\ c' },
      { id: 9, name: 'd\te\nf ü 漢' },
    ];
    const text = formatLabelMap(labels);
    expect(isLabelMap(text)).toBe(true);
    expect(parseLabels(text, 'labels')).toEqual(labels);
  });
});

describe('builtInLabels', () => {
  it('has the gaps of COCO', () => {
    const ids = builtInLabels('coco').map(({ id }) => id);
    const gaps = Array.from({ length: 90 }, (_, at) => at + 1).filter((id) => !ids.includes(id));
    expect(ids).toHaveLength(80);
    expect(gaps).toEqual([12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);
  });

  it('has every class of Open Images', () => {
    const labels = builtInLabels('open-images');
    expect(labels.map(({ id }) => id)).toEqual(Array.from({ length: 601 }, (_, at) => at + 1));
    expect(labels[68]).toEqual({ id: 69, name: 'Person' });
  });

  it.each(BUILT_IN)('%s names its source', (name) => {
    const file = `${__dirname}/../../../data/${name.replace('-', '_')}_labels.json`;
    expect(JSON.parse(readFileSync(file, 'utf8')).source).toMatch(/^tensorflow\/models:.* @[0-9a-f]{40}$/);
  });
});

describe('what is said of labels that are right', () => {
  it('names that several ids have', () => {
    expect(labelNotes(parseLabels('a\nb\na', 'labels'))).toEqual([
      expect.stringContaining('a is the name of several'),
    ]);
    expect(labelNotes(CAR_AND_BUS)).toEqual([]);
  });

  it('ids beyond the head, when the head is known', () => {
    expect(beyondHead(CAR_AND_BUS, { classes: undefined, offset: 0 }, 'labels')).toEqual([]);
    expect(beyondHead(CAR_AND_BUS, { classes: 3, offset: 0 }, 'labels')).toEqual([]);
    expect(beyondHead(CAR_AND_BUS, { classes: 2, offset: 1 }, 'labels')).toEqual([]);
    expect(beyondHead(CAR_AND_BUS, { classes: 2, offset: 0 }, 'labels')).toEqual([
      expect.objectContaining({ code: 'LABELS_BEYOND_HEAD', found: '3 bus' }),
    ]);
  });
});
