import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { CocoResult } from './detections';
import { describeWithEngine, makeWorkspace, mustSucceed, type Workspace } from './workspace';

const ROOT = resolve(__dirname, '../..');
const PYTHON = join(ROOT, '.venv/bin/python');
const RUNTIME = join(ROOT, 'packages/tfod-runtime');

/** Two families, one picture with known boxes, and the annotations that say so. */
const MAKE = `
import json, sys
from pathlib import Path
from builders.a_picture import GREEN, RED, file_bytes, scene
from builders.families import save_family
out = Path(sys.argv[1])
for name in ("official-vision-tf-example", "keras-hub-relative"):
    save_family(name, out / name)
boxes = {1: [32, 16, 64, 48], 2: [128, 32, 32, 64]}
picture = scene(192, 96, (RED, tuple(boxes[1])), (GREEN, tuple(boxes[2])))
(out / "pictures").mkdir()
(out / "pictures" / "wide.png").write_bytes(file_bytes(picture))
json.dump({
    "images": [{"id": 7, "file_name": "wide.png", "width": 192, "height": 96}],
    "categories": [{"id": 10, "name": "red"}, {"id": 20, "name": "green"}],
    "annotations": [
        {"id": number, "image_id": 7, "category_id": number * 10, "bbox": box}
        for number, box in boxes.items()
    ],
}, (out / "truth.json").open("w"))
`;

interface Evaluated {
  readonly stats: Readonly<Record<string, number>>;
  readonly against: { readonly name: string; readonly stats: Readonly<Record<string, number>> };
}

interface Card {
  readonly family: string;
  readonly input: { readonly kind: string };
  readonly latency: { readonly runs: number };
}

describeWithEngine('models of other families', () => {
  let workspace: Workspace;

  beforeAll(() => {
    workspace = makeWorkspace();
    const env = { ...process.env, PYTHONPATH: `${RUNTIME}/src:${RUNTIME}/tests` };
    execFileSync(PYTHON, ['-c', MAKE, workspace.path('made')], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    mustSucceed(workspace.nx('g', 'tfod:service', 'parking', '--no-interactive'));
    const add = (name: string, from: string, ...more: string[]) =>
      workspace.nx('g', 'tfod:model', name, '--project=parking', `--source=made/${from}`, ...more);
    mustSucceed(add('vision', 'official-vision-tf-example', '--default'));
    mustSucceed(add('keras', 'keras-hub-relative'));
  });

  it('give in the container the boxes that they were built to give', () => {
    const { stdout } = mustSucceed(
      workspace.nx(
        ...['run', 'parking:evaluate', '--annotations=made/truth.json', '--images=made/pictures'],
        ...['--against=keras', '--minMap=0.99', '--json'],
      ),
    );
    const evaluated = JSON.parse(stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1)) as Evaluated;
    expect(evaluated.stats['AP']).toBeCloseTo(1, 10);
    expect(evaluated.against.stats['AP']).toBeCloseTo(1, 10);
    for (const folder of ['evaluate', 'evaluate/against']) {
      const results = workspace.json<CocoResult[]>(`dist/apps/parking/${folder}/detections/detections.json`);
      expect(results.map(({ category_id: id, bbox }) => [id, bbox.map(Math.round)])).toEqual([
        [1, [32, 16, 64, 48]],
        [2, [128, 32, 32, 64]],
      ]);
    }
  });

  it('are told about by their cards', () => {
    const { stdout } = mustSucceed(workspace.nx('run', 'parking:model-info', '--json'));
    const card = JSON.parse(stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1)) as Card;
    expect(card).toMatchObject({ family: 'official-vision', input: { kind: 'tf-example' } });
    expect(card.latency.runs).toBeGreaterThan(0);
  });
});
