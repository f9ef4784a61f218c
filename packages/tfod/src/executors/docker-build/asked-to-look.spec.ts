import type { ExecutorContext } from '@nx/devkit';
import { othersOnlyLook } from './asked-to-look';

/** A run in which `gate` was asked for, with options, and `parking` comes before it. */
function run(projectName: string, gate: Record<string, unknown>, parking: Record<string, unknown> = {}) {
  const task = (project: string, overrides: Record<string, unknown>) => ({
    [`${project}:docker-build`]: { target: { project, target: 'docker-build' }, overrides },
  });
  const taskGraph = { tasks: { ...task('gate', gate), ...task('parking', parking) } };
  return { projectName, targetName: 'docker-build', taskGraph } as unknown as ExecutorContext;
}

describe('othersOnlyLook', () => {
  it.each([{ plan: true }, { check: 'true' }, { 'dry-run': true }, { dryRun: true }])(
    'keeps what comes before from being built for %j',
    (options) => {
      expect(othersOnlyLook(run('parking', options))).toBe(true);
      expect(othersOnlyLook(run('gate', options))).toBe(false);
      expect(othersOnlyLook(run('parking', options, options))).toBe(false);
    },
  );

  it.each([{}, { plan: false }, { push: true }])('lets it be built for %j', (options) => {
    expect(othersOnlyLook(run('parking', options))).toBe(false);
  });

  it('knows nothing without a task graph', () => {
    expect(othersOnlyLook({ projectName: 'parking', targetName: 'docker-build' })).toBe(false);
  });
});
