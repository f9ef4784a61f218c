import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { buildOptionsOf } from './build-options';

const EXECUTOR = 'tfod:docker-build';
const region = (value: string) => ({ buildArgs: { REGION: value } });

function optionsOf(files: Readonly<Record<string, unknown>>): unknown {
  const root = dirSync({ unsafeCleanup: true }).name;
  mkdirSync(join(root, 'apps/gate'), { recursive: true });
  for (const [path, value] of Object.entries(files)) writeFileSync(join(root, path), JSON.stringify(value));
  return buildOptionsOf(root, 'apps/gate');
}

describe('buildOptionsOf', () => {
  it('knows the inferred target where nothing is written', () => {
    expect(optionsOf({})).toEqual([{}]);
  });

  it('gives every target that builds its own options, and each of its configurations', () => {
    const targets = {
      'docker-build': {},
      'docker-build-eu': {
        executor: EXECUTOR,
        options: region('eu'),
        configurations: { asia: region('asia') },
      },
      lint: { executor: 'nx:run-commands', options: region('nowhere') },
    };
    expect(optionsOf({ 'apps/gate/project.json': { targets } })).toEqual([{}, region('eu'), region('asia')]);
  });

  it('merges the layers of a target, the more specific over the less', () => {
    expect(
      optionsOf({
        'nx.json': {
          plugins: [
            { plugin: 'tfod', options: { dockerBuild: { name: 'image', options: region('plugin') } } },
          ],
          targetDefaults: { image: { options: { platforms: ['linux/arm64'] } } },
        },
        'apps/gate/package.json': { nx: { targets: { image: { options: region('package') } } } },
        'apps/gate/project.json': { targets: { image: { options: region('project') } } },
      }),
    ).toEqual([{ ...region('project'), platforms: ['linux/arm64'] }]);
  });

  it('takes the executor of a target from where it is said', () => {
    expect(
      optionsOf({
        'nx.json': { targetDefaults: { eu: { executor: EXECUTOR, options: region('eu') } } },
        'apps/gate/project.json': { targets: { eu: {} } },
      }),
    ).toEqual([{}, region('eu')]);
  });
});
