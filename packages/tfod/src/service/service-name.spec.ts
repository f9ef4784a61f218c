import { nearestServiceName, parseServiceName, serviceNameProblem } from './service-name';

describe('parseServiceName', () => {
  it('derives the module', () => {
    expect(parseServiceName('plate-reader2')).toEqual({
      project: 'plate-reader2',
      module: 'plate_reader2',
    });
  });

  it.each(['a', 'parking', 'p2-x', 'a'.repeat(63), 'test-rig', 'base-camp', 'matching'])(
    'accepts %s',
    (name) => {
      expect(parseServiceName(name).project).toBe(name);
    },
  );

  it('throws the problem that it found', () => {
    expect(() => parseServiceName('Park')).toThrow(expect.objectContaining({ code: 'SERVICE_NAME' }));
  });
});

describe('serviceNameProblem', () => {
  it.each([
    ['My Svc', 'capital letter', 'use "my-svc"'],
    ['apps/parking', 'slash', 'use "apps-parking", or "parking" with --directory=apps/parking'],
    ['Apps\\Parking', 'slash', 'use "apps-parking", or "parking" with --directory=Apps/parking'],
    ['@acme/parking', 'slash', 'use "parking", or "acme-parking"'],
    ['/parking', 'slash', 'use "parking"'],
    ['PlateReader', 'capital letter', 'use "plate-reader"'],
    ['plate_reader', 'underscore', 'use "plate-reader"'],
    ['3d-boxes', 'digit at the start', 'use "service-3d-boxes"'],
    ['-parking-', 'hyphen', 'use "parking"'],
    ['a--b', 'hyphen', 'use "a-b"'],
    ['zähler', 'neither a letter', 'use "zahler"'],
    ['import', 'keyword of Python', 'use "import-service"'],
    ['json', 'Python\'s own module "json"', 'use "json-service"'],
    ['concurrent', 'own module', 'use "concurrent-service"'],
    ['tensorflow', 'there already', 'use "tensorflow-service"'],
    ['tests', 'there already', 'use "tests-service"'],
    ['ml-dtypes', 'module "ml_dtypes"', 'use "ml-dtypes-service"'],
    ['tfod-runtime', 'there already', 'use "tfod-runtime-service"'],
    ['base', 'image of the chain', 'use "base-service"'],
    ['tf', 'image of the chain', 'use "tf-service"'],
    ['tfod-gpu', 'repository', 'use "tfod-gpu-service"'],
    ['', 'nothing', 'choose a name such as "parking"'],
    ['東京', 'neither a letter', 'choose a name such as "parking"'],
    ['42', 'digit at the start', 'choose a name such as "parking"'],
    ['a'.repeat(64), '64 characters', `use "${'a'.repeat(63)}"`],
  ])('refuses %j', (name, found, remedy) => {
    expect(serviceNameProblem(name)).toMatchObject({
      code: 'SERVICE_NAME',
      found: expect.stringContaining(found),
      remedy,
    });
  });
});

describe('nearestServiceName', () => {
  it.each(['Ünïcode Name', `${'x'.repeat(62)}--y`, 'GPU', 'HTTPServer v2', '9'.repeat(80) + 'z', 'a/b/c/'])(
    'offers for %j a name that is accepted',
    (written) => {
      const nearest = nearestServiceName(written);
      expect(nearest).toBeDefined();
      expect(serviceNameProblem(nearest ?? '')).toBeUndefined();
    },
  );
});
