import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { CocoResult, Summary } from './detections';
import { describeWithEngine, makeWorkspace, mustSucceed, type Workspace } from './workspace';

const PYTHON = resolve(__dirname, '../../.venv/bin/python');

/** Real files of the kinds that people really have; drawn from one sample picture. */
const DRAW = `
import sys
from pathlib import Path
from PIL import Image
out, sample = Path(sys.argv[1]), Image.open(sys.argv[2]).convert("RGB")
out.mkdir(parents=True, exist_ok=True)
sample.save(out / "plain.jpg")
(out / "text.jpg").write_text("this is not a picture")
(out / "empty.png").write_bytes(b"")
whole = (out / "plain.jpg").read_bytes()
(out / "truncated.jpg").write_bytes(whole[: len(whole) // 3])
Image.new("I;16", (64, 48), 40000).save(out / "sixteen-bit.png")
sample.convert("CMYK").save(out / "cmyk.jpg")
sample.convert("P").save(out / "palette.png")
sample.save(out / "animated.gif", save_all=True, append_images=[sample.rotate(90)])
Image.new("RGB", (1, 1), "red").save(out / "one-pixel.png")
Image.new("RGB", (30000, 20), "blue").save(out / "wide.png")
`;

describeWithEngine('pictures as people have them', () => {
  let workspace: Workspace;

  beforeAll(() => {
    workspace = makeWorkspace();
    mustSucceed(workspace.nx('g', 'tfod:service', 'parking', '--no-interactive'));
    const [sample] = execFileSync('ls', [workspace.path('apps/parking/models/demo/samples')], {
      encoding: 'utf8',
    })
      .split('\n')
      .filter((name) => /\.jpe?g$/.test(name));
    const samplePath = workspace.path(join('apps/parking/models/demo/samples', sample ?? ''));
    execFileSync(PYTHON, ['-c', DRAW, workspace.path('pictures'), samplePath]);
  });

  it('does all that can be read, lists the others and fails', () => {
    const outcome = workspace.nx('run', 'parking:infer', '--input=pictures', '--output=out');
    expect(outcome.code).toBe(1);
    const summary = workspace.json<Summary>('out/summary.json');
    expect(summary.failures.map(({ file_name }) => file_name).sort()).toEqual([
      'empty.png',
      'text.jpg',
      'truncated.jpg',
    ]);
    expect(summary.pictures).toBe(10);
    const found = workspace.json<CocoResult[]>('out/detections.json');
    const withObjects = new Set(found.map(({ file_name }) => file_name));
    for (const name of ['plain.jpg', 'cmyk.jpg', 'palette.png', 'animated.gif'])
      expect(withObjects).toContain(name);
    expect(outcome.output).toContain('truncated.jpg');
  });

  it('accepts failures when told to, takes a glob, and speaks JSON on stdout alone', () => {
    const { stdout } = mustSucceed(
      workspace.nx(
        ...['run', 'parking:infer', '--input=pictures/*.jpg', '--output=out2', '--allowFailures', '--json'],
      ),
    );
    const summary = JSON.parse(stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1)) as Summary;
    expect(summary.pictures).toBe(4);
    expect(summary.failures).toHaveLength(2);
  });

  it('says what is wrong with an input that is not there, from any folder', () => {
    const outcome = workspace.nx('run', 'parking:infer', '--input=nowhere');
    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain('INPUT_NOT_FOUND');
  });
});
