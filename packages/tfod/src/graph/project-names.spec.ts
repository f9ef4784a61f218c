import { aFolder } from '../testing/a-folder';
import { foreseenNames } from './project-names';

describe('foreseenNames', () => {
  it('asks the files of a project in the order in which Nx does', () => {
    const files = {
      'libs/a/project.json': '{ /* ours */ "name": "from-nx", // "x"\n "tags": ["a//b",], /* x */ }',
      'libs/a/package.json': '{ "name": "from-npm" }',
      'libs/b/project.json': '{}',
      'libs/b/package.json': '{ "name": "from-npm", "nx": { "name": "from-npm-for-nx" } }',
      'libs/c/package.json': '{ "name": "@acme/c" }',
      'libs/d/pyproject.toml':
        '[build-system]\nname = "no"\n[project]\nversion = "1"\nname = "from-python"\n',
      'libs/e/pyproject.toml': "[tool.poetry]\nname = 'from-poetry'\n",
      'libs/F/project.json': '{ "name": ',
      'apps/g/tfod.json': '',
    };
    expect(Object.fromEntries(foreseenNames(aFolder(files), Object.keys(files)))).toEqual({
      'libs/a': 'from-nx',
      'libs/b': 'from-npm-for-nx',
      'libs/c': '@acme/c',
      'libs/d': 'from-python',
      'libs/e': 'from-poetry',
      'libs/F': 'f',
      'apps/g': 'g',
    });
  });

  it('takes the root for a project only when it says so', () => {
    const root = aFolder({ 'package.json': '{ "name": "acme" }', 'project.json': '{ "name": "whole" }' });
    expect([...foreseenNames(root, ['package.json'])]).toEqual([]);
    expect([...foreseenNames(root, ['package.json', 'project.json'])]).toEqual([['.', 'whole']]);
  });
});
