import type { Release } from '../../compat/matrix';
import type { ShippedLock } from '../../compat/shipped-locks';
import type { Runtime, Service } from '../../service/service';
import { TfodError } from '../../values/tfod-error';
import type { WorkspaceFacts } from '../project/workspace-facts';
import { normaliseOptions } from './options';
import { planService } from './plan';
import type { ServiceOptions } from './schema';
import type { NamedRuntime } from './runtime-facts';

const CUDA = { cuda: '12.5', cudnn: '9.3', badCudnn: [] } as const;
const MATRIX: readonly Release[] = [
  { tensorflow: '2.20', pythons: ['3.11'], linuxDriver: '525.60.13', ...CUDA },
  { tensorflow: '2.21', pythons: ['3.13'], linuxDriver: '525.60.13', ...CUDA },
];
const OLD: ShippedLock = { tensorflow: '2.20', python: '3.11', variants: ['cpu', 'gpu'], folder: '/old' };
const NEW: ShippedLock = { tensorflow: '2.21', python: '3.13', variants: ['cpu', 'gpu'], folder: '/new' };
const EMPTY: WorkspaceFacts = {
  projects: new Map([['shop', 'apps/shop']]),
  occupants: [],
  existing: undefined,
  existingProblems: [],
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
const ML: Runtime = { kind: 'runtime', name: 'ml', root: 'libs/ml', variants: ['cpu'], image: 'ml' };
const NAMED: NamedRuntime = { name: 'ml', root: 'libs/ml', project: ML, problems: [] };
const THERE: WorkspaceFacts = {
  ...EMPTY,
  projects: new Map([['parking', 'apps/parking']]),
  occupants: ['apps/parking/tfod.json', 'apps/parking/README.md'],
  existing: EXISTING,
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
      below: { lock: NEW, linuxDriver: '525.60.13' },
      before: undefined,
      moves: false,
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
      below: { lock: OLD },
      tags: ['scope:lot', 'type:app'],
    });
  });

  it('knows a version again that Nx made a number of', () => {
    expect(plan({ name: 'parking', tensorflow: 2.2, python: 3.11 }).below.lock).toBe(OLD);
  });

  it('takes a model of digits that Nx made a number of, and no other number', () => {
    expect(plan({ name: 'parking', model: 2024 }).service.model).toBe('2024');
    expect(problems({ name: 'parking', model: 1.1 })).toEqual(['SERVICE_MODEL']);
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
        existingProblems: [{ code: 'SERVICE_MALFORMED', what: 'x', remedy: 'y' }],
      },
      ['SERVICE_MALFORMED'],
    ],
  ])('given %j where %j stands refuses %j', (options, facts, codes) => {
    expect(problems({ name: 'parking', ...options }, { ...EMPTY, ...facts })).toEqual(codes);
  });

  describe('for a service that is there', () => {
    it('keeps its settings and its versions', () => {
      const again = plan({ name: 'parking' }, THERE);
      expect(again).toMatchObject({ service: EXISTING, below: { lock: OLD }, notes: [] });
      expect(again.before).toEqual({ service: EXISTING, below: again.below });
    });

    it('adds the files of a further variant and says what is not changed', () => {
      const again = plan({ name: 'parking', variants: ['gpu'], port: 80 }, THERE);
      expect(again.service).toEqual({ ...EXISTING, variants: ['cpu', 'gpu'] });
      expect(again.below.lock).toBe(OLD);
      expect(again.notes).toEqual([
        'apps/parking/tfod.json still says "variants": ["cpu"]; edit it to have ["gpu"]',
        'apps/parking/tfod.json still says "port": 9000; edit it to have 80',
      ]);
    });

    it('moves to the versions that are asked for, if there are such', () => {
      const moved = plan({ name: 'parking', tensorflow: '2.21.0', python: 3.13 }, THERE);
      expect([moved.before?.below?.lock, moved.below.lock]).toEqual([OLD, NEW]);
      expect(problems({ name: 'parking', tensorflow: '2.21' }, THERE)).toEqual(['TOOLCHAIN_UNSUPPORTED']);
    });

    it('cannot be told of which versions it is when its files say nothing', () => {
      const unknown = { ...THERE, inUse: {} };
      expect(plan({ name: 'parking' }, unknown).before?.below).toBeUndefined();
      expect(plan({ name: 'parking' }, unknown).moves).toBe(false);
      expect(plan({ name: 'parking', python: '3.13' }, unknown).moves).toBe(true);
    });

    describe('whose TensorFlow cannot be told', () => {
      const unknown = {
        ...THERE,
        occupants: [
          ...THERE.occupants,
          'apps/parking/requirements/tf.in',
          'apps/parking/requirements/tf.lock',
        ],
        inUse: { python: '3.11' } as const,
      };

      it('gets no files beside those that are there before it is said', () => {
        expect(problems({ name: 'parking', variants: ['gpu'] }, unknown)).toEqual(['TOOLCHAIN_UNKNOWN']);
        expect(plan({ name: 'parking', variants: ['gpu'], tensorflow: '2.20' }, unknown)).toMatchObject({
          below: { lock: OLD },
          moves: false,
        });
      });

      it('stays as it is when nothing is to be added', () => {
        expect(plan({ name: 'parking' }, unknown).moves).toBe(false);
        expect(plan({ name: 'parking', tensorflow: '2.20' }, unknown).moves).toBe(true);
      });
    });

    it('is not a runtime', () => {
      expect(problems({ name: 'parking' }, { ...THERE, existing: { ...ML, name: 'parking' } })).toEqual([
        'PROJECT_OTHER_KIND',
      ]);
    });

    it('has nothing to say about options that agree with it', () => {
      const same = { variants: ['cpu'], port: 9000, tensorflow: '2.20.3', python: '3.11' };
      expect(plan({ name: 'parking', ...same }, THERE).notes).toEqual([]);
    });
  });
});

describe('planService on a runtime', () => {
  const options = { name: 'parking', runtime: 'ml' };

  it('takes its images, whatever the versions', () => {
    expect(plan(options, EMPTY, NAMED)).toMatchObject({
      service: { name: 'parking', runtime: 'ml' },
      below: { runtime: ML },
      before: undefined,
    });
  });

  it('lets a service adopt it, and one that stands on it stay', () => {
    const adopts = plan(options, THERE, NAMED);
    expect(adopts.service).toEqual({ ...EXISTING, runtime: 'ml' });
    expect(adopts.before?.below?.lock).toBe(OLD);
    const stays = plan(
      { name: 'parking' },
      { ...THERE, existing: { ...EXISTING, runtime: 'ml' }, inUse: {} },
      NAMED,
    );
    expect(stays.before?.below).toEqual({ runtime: ML });
  });

  it.each<[string, Partial<ServiceOptions>, Partial<NamedRuntime>, string[]]>([
    ['that is not there', {}, { root: undefined, project: undefined }, ['RUNTIME_NOT_FOUND']],
    ['that is a library', {}, { project: undefined }, ['RUNTIME_IS_NONE']],
    ['that is a service', {}, { project: EXISTING }, ['RUNTIME_IS_NONE']],
    ['without the variant', { variants: ['cpu', 'gpu'] }, {}, ['RUNTIME_VARIANT']],
    ['without a name', { runtime: '' }, { root: undefined }, ['SERVICE_RUNTIME', 'RUNTIME_NOT_FOUND']],
    [
      'that cannot be read',
      {},
      { project: undefined, problems: [{ code: 'SERVICE_MALFORMED', what: 'x', remedy: 'y' }] },
      ['SERVICE_MALFORMED'],
    ],
    [
      'with versions of its own',
      { tensorflow: '2.21', python: 3.1 },
      {},
      ['OPTION_UNSUPPORTED', 'OPTION_UNSUPPORTED'],
    ],
  ])('refuses one %s', (_, edit, named, codes) => {
    expect(problems({ ...options, ...edit }, EMPTY, { ...NAMED, ...named })).toEqual(codes);
  });
});

function plan(options: ServiceOptions, facts: WorkspaceFacts = EMPTY, named?: NamedRuntime) {
  return planService(normaliseOptions(options), facts, named);
}

function problems(options: ServiceOptions, facts: WorkspaceFacts = EMPTY, named?: NamedRuntime): string[] {
  try {
    plan(options, facts, named);
    return [];
  } catch (error) {
    if (error instanceof TfodError) return error.problems.map(({ code }) => code);
    throw error;
  }
}
