import { aFolder } from '../testing/a-folder';
import { FilesSeen } from './files-seen';
import { givenArgs } from './given-args';

const EXECUTOR = 'tfod:docker-build';
const lib = (value: string) => ({ buildArgs: { LIB: value } });

function libsIn(files: Readonly<Record<string, string | object>>): unknown {
  const texts = Object.entries(files).map(([path, value]) => [
    path,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const root = aFolder(Object.fromEntries(texts) as Record<string, string>);
  return givenArgs('apps/gate', new FilesSeen(root)).map(({ LIB }) => LIB);
}

describe('givenArgs', () => {
  it('finds what each target and configuration gives, whichever has the last word', () => {
    const targets = {
      'docker-build': { options: lib('plain'), configurations: { eu: lib('eu') } },
      another: { executor: EXECUTOR, options: { buildArgs: ['LIB=listed'] } },
    };
    expect(
      libsIn({
        'nx.json': {
          plugins: ['x', { plugin: 'tfod', options: { dockerBuild: { options: lib('plugin') } } }],
          targetDefaults: {
            [EXECUTOR]: { options: lib('default') },
            'docker-*': [{ options: lib('filtered') }],
          },
        },
        'apps/gate/package.json': { nx: { targets: { 'docker-build': { options: lib('packaged') } } } },
        'apps/gate/project.json': { targets },
      }),
    ).toEqual(['plugin', 'default', 'filtered', 'packaged', 'plain', 'eu', 'listed']);
  });

  it('puts in what Nx puts in', () => {
    const targetDefaults = { 'docker-build': { options: lib('{projectName}-lib at {projectRoot}') } };
    const named = { 'nx.json': { targetDefaults }, 'apps/gate/project.json': { name: 'north' } };
    expect(libsIn(named)).toEqual(['north-lib at apps/gate']);
  });

  it.each(['', '{', 'null', '{ "buildArgs": null }', '{ "buildArgs": 3 }', '{ "buildArgs": ["LIB"] }'])(
    'lives with a project.json that holds %j',
    (text) => expect(libsIn({ 'apps/gate/project.json': text })).toEqual([]),
  );

  it('reads a file with comments, and lives without any', () => {
    const text = '{ "targets": { "a": { /* eu */ "options": { "buildArgs": { "LIB": "a" }, } } } }';
    expect(libsIn({ 'apps/gate/project.json': text })).toEqual(['a']);
    expect(libsIn({})).toEqual([]);
  });
});
