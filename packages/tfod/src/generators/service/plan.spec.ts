import type { Release } from '../../compat/matrix';
import type { ShippedLock } from '../../compat/shipped-locks';
import type { Service } from '../../service/service';
import { TfodError } from '../../values/tfod-error';
import { normaliseOptions } from './options';
import { planService } from './plan';
import type { ServiceOptions } from './schema';
import type { WorkspaceFacts } from './workspace-facts';

const MATRIX: readonly Release[] = [
  { tensorflow: '2.20', pythons: ['3.11'], linuxDriver: '525.60.13' },
  { tensorflow: '2.21', pythons: ['3.13'], linuxDriver: '525.60.13' },
];
const OLD: ShippedLock = { tensorflow: '2.20', python: '3.11', variants: ['cpu', 'gpu'], folder: '/old' };
const NEW: ShippedLock = { tensorflow: '2.21', python: '3.13', variants: ['cpu', 'gpu'], folder: '/new' };
const EMPTY: WorkspaceFacts = {
  projects: new Map([['shop', 'apps/shop']]),
  occupants: [],
  service: undefined,
  serviceProblems: [],
  inUse: {},
  matrix: MATRIX,
  locks: [OLD, NEW],
};
const EXISTING: Service = {
  name: 'parking',
  root: 'apps/parking',
  variants: ['cpu'],
  model: 'cars',
  image: 'acme/parking',
  port: 9000,
};
const THERE: WorkspaceFacts = {
  ...EMPTY,
  projects: new Map([['parking', 'apps/parking']]),
  occupants: ['apps/parking/tfod.json', 'apps/parking/README.md'],
  service: EXISTING,
  inUse: { tensorflow: '2.20', python: '3.11' },
};

describe('planService', () => {
  it('needs nothing but a name', () => {
    expect(plan({ name: 'plate-reader' })).toEqual({
      name: { project: 'plate-reader', module: 'plate_reader' },
      service: {
        name: 'plate-reader',
        root: 'apps/plate-reader',
        variants: ['cpu'],
        model: 'demo',
        image: 'plate-reader',
        port: 8080,
      },
      tags: [],
      lock: NEW,
      linuxDriver: '525.60.13',
      isNew: true,
      notes: [],
    });
  });

  it('takes every option', () => {
    expect(
      plan({
        name: 'parking',
        directory: './services//lot/',
        variants: ['gpu', ' cpu'],
        tensorflow: '2.20.1',
        python: '3.11',
        model: 'cars',
        image: 'registry.example:5000/lot',
        port: 90,
        tags: 'scope:lot,,type:app',
      }),
    ).toMatchObject({
      service: {
        root: 'services/lot',
        variants: ['cpu', 'gpu'],
        model: 'cars',
        image: 'registry.example:5000/lot',
        port: 90,
      },
      lock: OLD,
      tags: ['scope:lot', 'type:app'],
    });
  });

  it('knows a version again that Nx made a number of', () => {
    expect(plan({ name: 'parking', tensorflow: 2.2, python: 3.11 }).lock).toBe(OLD);
  });

  it('reports everything at once', () => {
    const options = {
      name: 'Plate Reader',
      variants: ['tpu'],
      tensorflow: '2.3',
      image: 'A:1',
      port: 0,
      model: '../x',
    };
    expect(problems(options)).toEqual([
      'SERVICE_NAME',
      'SERVICE_VARIANT_UNKNOWN',
      'SERVICE_MODEL',
      'SERVICE_IMAGE',
      'SERVICE_PORT',
      'TOOLCHAIN_UNSUPPORTED',
    ]);
  });

  it.each<[Partial<ServiceOptions>, Partial<WorkspaceFacts>, string[]]>([
    [{ name: 'shop', directory: 'apps/second' }, {}, ['PROJECT_EXISTS']],
    [{ directory: 'apps/shop' }, { occupants: ['apps/shop/project.json'] }, ['DIRECTORY_TAKEN']],
    [{}, { occupants: ['apps/parking/notes.txt'] }, ['DIRECTORY_NOT_EMPTY']],
    [{ directory: '.' }, {}, ['DIRECTORY_OUTSIDE']],
    [{ directory: '../x' }, {}, ['DIRECTORY_OUTSIDE']],
    [{ directory: '/x' }, {}, ['DIRECTORY_OUTSIDE']],
    [{ directory: 'C:\\x' }, {}, ['DIRECTORY_OUTSIDE']],
    [{ directory: 'apps\\x' }, {}, []],
    [
      {},
      {
        occupants: ['apps/parking/tfod.json'],
        serviceProblems: [{ code: 'SERVICE_MALFORMED', what: 'x', remedy: 'y' }],
      },
      ['SERVICE_MALFORMED'],
    ],
  ])('given %j where %j stands refuses %j', (options, facts, codes) => {
    expect(problems({ name: 'parking', ...options }, { ...EMPTY, ...facts })).toEqual(codes);
  });

  describe('for a service that is there', () => {
    it('keeps its settings and its versions', () => {
      const again = plan({ name: 'parking' }, THERE);
      expect(again).toMatchObject({ service: EXISTING, lock: OLD, isNew: false, notes: [] });
    });

    it('adds the files of a further variant and says what is not changed', () => {
      const again = plan({ name: 'parking', variants: ['gpu'], port: 80, tensorflow: '2.21.0' }, THERE);
      expect(again.service).toEqual({ ...EXISTING, variants: ['cpu', 'gpu'] });
      expect(again.lock).toBe(OLD);
      expect(again.notes).toEqual([
        'apps/parking/tfod.json still says "variants": ["cpu"]; edit it to have ["gpu"]',
        'apps/parking/tfod.json still says "port": 9000; edit it to have 80',
        expect.stringContaining('tensorflow stays 2.20; to have 2.21.0, delete docker/'),
      ]);
    });

    it('has nothing to say about options that agree with it', () => {
      const same = { variants: ['cpu'], port: 9000, tensorflow: '2.20.3', python: '3.11' };
      expect(plan({ name: 'parking', ...same }, THERE).notes).toEqual([]);
    });
  });
});

function plan(options: ServiceOptions, facts: WorkspaceFacts = EMPTY) {
  return planService(normaliseOptions(options), facts);
}

function problems(options: ServiceOptions, facts: WorkspaceFacts = EMPTY): string[] {
  try {
    plan(options, facts);
    return [];
  } catch (error) {
    if (error instanceof TfodError) return error.problems.map(({ code }) => code);
    throw error;
  }
}
