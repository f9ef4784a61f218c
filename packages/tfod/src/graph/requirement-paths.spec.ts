import { requirementPaths } from './requirement-paths';

describe('requirementPaths', () => {
  it.each([
    ['-r ../../libs/geometry/requirements.in', '../../libs/geometry/requirements.in'],
    ['-r../base.in', '../base.in'],
    ['--requirement=../base.in', '../base.in'],
    ['--requirement ../base.in', '../base.in'],
    ['-c ../../constraints.txt  # all of us', '../../constraints.txt'],
    ['-e ../../libs/geometry', '../../libs/geometry'],
    ['--editable "../../libs/geo metry"', '../../libs/geo metry'],
    ['-e ../../libs/geometry[fast] ; python_version > "3.10"', '../../libs/geometry'],
    ['-e file:../../libs/geometry', '../../libs/geometry'],
    ['file:../../libs/geometry#egg=geometry', '../../libs/geometry'],
    ['geometry @ file:../../libs/geometry', '../../libs/geometry'],
    ['geometry[fast]@file:///srv/acme/libs/geometry', '/srv/acme/libs/geometry'],
    ['geometry @ file:///${PROJECT_ROOT}/../libs/geometry', '../libs/geometry'],
    ['geometry @ file://localhost/srv/libs/geometry', '/srv/libs/geometry'],
    ['../../libs/geometry --hash=sha256:ab', '../../libs/geometry'],
    ['./wheels/geometry-1.whl', './wheels/geometry-1.whl'],
    ['..', '..'],
    ['-e \\\n  ../../libs/geometry', '../../libs/geometry'],
  ])('finds the path in %j', (line, path) => {
    expect(requirementPaths(`numpy==2.2.0\n${line}\npillow\n`)).toEqual([path]);
  });

  it.each([
    'numpy==2.2.0',
    'tensorflow-cpu==2.21.* ; platform_machine == "x86_64"',
    '# -r ../base.in',
    '--index-url=https://mirror.example/simple',
    '-e git+https://git.example/geometry.git#egg=geometry',
    'geometry @ https://files.example/geometry-1.whl',
    'https://files.example/geometry-1.whl',
    '-r https://files.example/base.in',
    '-e',
    '-r ',
    '',
  ])('finds none in %j', (line) => {
    expect(requirementPaths(line)).toEqual([]);
  });
});
