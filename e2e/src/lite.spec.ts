import type { CocoResult, Summary } from './detections';
import { describeWithEngine, makeWorkspace, mustSucceed, type Workspace } from './workspace';

/** The share of the TensorFlow image that the lite image may take, the Python below both included. */
const SMALLER = 0.3;

describeWithEngine('an image without TensorFlow', () => {
  let workspace: Workspace;
  const detections = (variant: string) =>
    workspace.json<CocoResult[]>(`dist/${variant}/detections.json`).map(({ file_name, category_id }) => ({
      file_name,
      category_id,
    }));
  const size = (variant: string) =>
    Number(workspace.docker('image', 'inspect', '--format', '{{.Size}}', `parking:${variant}`).stdout);

  beforeAll(() => {
    workspace = makeWorkspace();
    mustSucceed(workspace.nx('g', 'tfod:service', 'parking', '--variants=cpu,lite', '--no-interactive'));
    for (const variant of ['cpu', 'lite']) {
      mustSucceed(workspace.nx('run', 'parking:infer', `--variant=${variant}`, `--output=dist/${variant}`));
    }
  });

  it('finds what the image with TensorFlow finds', () => {
    expect(detections('lite').length).toBeGreaterThan(0);
    expect(detections('lite')).toEqual(detections('cpu'));
    expect(workspace.json<Summary>('dist/lite/summary.json').failures).toEqual([]);
  });

  it('is a fraction of its size', () => {
    expect(size('lite')).toBeLessThan(SMALLER * size('cpu'));
  });

  it('holds neither TensorFlow nor the SavedModel', () => {
    const look =
      'import importlib.util as u, os; print(u.find_spec("tensorflow"), os.listdir("/models/demo"))';
    const told = workspace.docker('run', '--rm', '--entrypoint', 'python', 'parking:lite', '-c', look).stdout;
    expect(told).toContain('None');
    expect(told).not.toContain('saved_model');
  });
});
