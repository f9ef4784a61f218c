import { makeWorkspace, mustSucceed } from './workspace';

describe('each supported Nx', () => {
  it.each(['20.8.4', '21.6.11', '22.7.8', '24'])(
    'generates a service and infers its targets on Nx %s',
    (nx) => {
      const workspace = makeWorkspace(nx);
      mustSucceed(workspace.nx('g', 'tfod:service', 'parking', '--no-interactive'));
      const project = JSON.parse(
        mustSucceed(workspace.nx('show', 'project', 'parking', '--json')).stdout,
      ) as {
        targets: Record<string, { executor: string; cache?: boolean }>;
      };
      expect(project.targets['docker-build']).toMatchObject({ executor: 'tfod:docker-build' });
      expect(project.targets['docker-build']?.cache ?? false).toBe(false);
      expect(project.targets['infer']).toMatchObject({ executor: 'tfod:infer' });
    },
  );
});
