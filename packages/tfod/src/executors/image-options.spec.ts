import type { TargetConfiguration } from '@nx/devkit';
import { imageOptions } from './image-options';

const EXECUTOR = 'tfod:docker-build';

function optionsOf(targets: Record<string, TargetConfiguration>, configurationName?: string) {
  return imageOptions({
    projectName: 'parking',
    projectsConfigurations: { version: 2, projects: { parking: { root: 'apps/parking', targets } } },
    ...(configurationName !== undefined && { configurationName }),
  });
}

describe('imageOptions', () => {
  it('takes what decides the image, and not what else a build is to do', () => {
    const deciding = {
      buildArgs: { LEVEL: '3' },
      secrets: ['id=token,env=TOKEN'],
      registry: 'registry.example/vision',
      platforms: ['linux/arm64'],
      builder: 'farm',
      frozenLock: true,
    };
    const options = {
      ...deciding,
      ...{
        variants: ['gpu'],
        push: true,
        goal: 'registry',
        force: true,
        check: true,
        plan: true,
        json: true,
      },
      ...{ output: 'plan.json', tags: ['1.4.0'], cacheTo: ['type=inline'], verbose: true },
    };
    expect(optionsOf({ 'docker-build': { executor: EXECUTOR, options } })).toEqual(deciding);
  });

  it('knows the target by its executor, whatever it is called', () => {
    const options = { registry: 'registry.example/vision' };
    const targets = {
      'docker-build': { executor: 'nx:run-commands', options: { registry: 'other' } },
      images: { executor: EXECUTOR, options },
    };
    expect(optionsOf(targets)).toEqual(options);
    const debug = { executor: EXECUTOR, options: { buildArgs: ['DEBUG=1'] } };
    expect(optionsOf({ debug, 'docker-build': { executor: EXECUTOR, options } })).toEqual(options);
  });

  it('takes the configuration of the task, else the default one', () => {
    const target: TargetConfiguration = {
      executor: EXECUTOR,
      options: { registry: 'plain' },
      configurations: { release: { registry: 'release' }, nightly: { registry: 'nightly' } },
      defaultConfiguration: 'nightly',
    };
    expect(optionsOf({ 'docker-build': target }, 'release')).toEqual({ registry: 'release' });
    expect(optionsOf({ 'docker-build': target }, 'fast')).toEqual({ registry: 'nightly' });
    expect(optionsOf({ 'docker-build': target })).toEqual({ registry: 'nightly' });
  });

  it('parts a list that is written as one text', () => {
    const options = { platforms: 'linux/amd64,linux/arm64' };
    expect(optionsOf({ 'docker-build': { executor: EXECUTOR, options } })).toEqual({
      platforms: ['linux/amd64', 'linux/arm64'],
    });
  });

  it('is nothing where nothing is said', () => {
    expect(optionsOf({ 'docker-build': { executor: EXECUTOR } })).toEqual({});
    expect(optionsOf({})).toEqual({});
  });
});
