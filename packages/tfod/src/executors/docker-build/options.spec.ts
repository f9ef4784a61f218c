import type { Service } from '../../service/service';
import { imagesRequest } from './options';
import type { DockerBuildOptions } from './schema';

const SERVICE: Service = {
  name: 'parking',
  root: 'apps/parking',
  variants: ['cpu', 'gpu'],
  model: 'demo',
  image: 'team/parking',
  port: 8080,
};

const request = (options: DockerBuildOptions, env: NodeJS.ProcessEnv = {}) =>
  imagesRequest('/w', SERVICE, env, options);

const codes = (options: DockerBuildOptions): string[] => {
  try {
    request(options);
    return [];
  } catch (error) {
    return (error as { problems: { code: string }[] }).problems.map(({ code }) => code);
  }
};

describe('imagesRequest', () => {
  it('asks for what tfod.json says when nothing is said', () => {
    expect(request({})).toEqual({
      workspaceRoot: '/w',
      service: SERVICE,
      projects: new Map([['parking', 'apps/parking']]),
      variants: ['cpu', 'gpu'],
      platforms: [],
      buildArgs: {},
      secrets: [],
      tags: [],
      force: false,
      goal: 'local',
      caches: { from: [], to: [] },
      writesReceipt: true,
      push: false,
      frozenLock: false,
    });
  });

  it('takes some variants in the order of the service', () => {
    expect(request({ variants: ['gpu'] }).variants).toEqual(['gpu']);
    expect(request({ variants: ['gpu', 'cpu'] }).variants).toEqual(['cpu', 'gpu']);
    expect(request({ variants: [] }).variants).toEqual(['cpu', 'gpu']);
  });

  it.each<[DockerBuildOptions['buildArgs'], object]>([
    [
      { A: '1', B: 2 },
      { A: '1', B: '2' },
    ],
    [['A=1', 'B=x=y'], { A: '1', B: 'x=y' }],
    [['NO_PROXY=a', 'b', 'A=1'], { NO_PROXY: 'a,b', A: '1' }],
    [['A='], { A: '' }],
    [[], {}],
  ])('reads build arguments %j', (buildArgs, expected) => {
    expect(request({ buildArgs: buildArgs ?? {} }).buildArgs).toEqual(expected);
  });

  it.each([
    [['id=a', 'src=/x', 'id=b', 'env=B']],
    [['id=a,src=/x', 'id=b,env=B']],
    [['id=a,src=/x,id=b,env=B']],
  ])('reads secrets however Nx parted them: %j', (secrets) => {
    expect(request({ secrets }).secrets).toEqual([
      { id: 'a', source: { file: '/x' } },
      { id: 'b', source: { variable: 'B' } },
    ]);
  });

  it('reads caches as Nx parts them at commas, and folders from the workspace root', () => {
    const cacheFrom = ['type=registry', 'ref=r.example/cache:{image}', 'type=local', 'src=.cache'];
    const cacheTo = ['type=local', 'dest=.cache/{image}', 'mode=max', 'type=inline'];
    expect(request({ cacheFrom, cacheTo }).caches).toEqual({
      from: ['type=registry,ref=r.example/cache:{image}', 'type=local,src=/w/.cache'],
      to: ['type=local,dest=/w/.cache/{image},mode=max', 'type=inline'],
    });
  });

  it.each([
    [{ cacheFrom: ['r.example/cache'] }, '--cacheFrom', 'type=…'],
    [{ cacheFrom: ['type=inline'] }, '--cacheFrom', 'a type of registry'],
    [{ cacheFrom: ['type=local,dest=x'] }, '--cacheFrom', 'type=local,src=…'],
    [{ cacheTo: ['type=registry,ref=r.example/cache'] }, '--cacheTo', '{image} in it'],
    [{ cacheTo: ['type=registry,{image}'] }, '--cacheTo', 'NAME=VALUE'],
  ])('refuses the caches %j', (options, where, expected) => {
    expect(() => request(options)).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            code: 'CACHE_MALFORMED',
            where,
            expected: expect.stringContaining(expected),
          }),
        ],
      }),
    );
  });

  it('takes the goal of the registry for a push, and a registry from the option or the environment', () => {
    expect(request({ goal: 'registry' })).toMatchObject({ goal: 'registry', push: true });
    expect(request({ registry: 'r.example:5000/' }).registry).toBe('r.example:5000');
    const env = { TFOD_REGISTRY: 'r.example/vision' };
    expect(request({}, env).registry).toBe('r.example/vision');
    expect(request({ registry: 'localhost:1' }, env).registry).toBe('localhost:1');
    expect(() => request({}, { TFOD_REGISTRY: 'a b' })).toThrow(/REGISTRY_MALFORMED[^]*TFOD_REGISTRY/);
    expect(() => request({ registry: 'vision' })).toThrow(/REGISTRY_MALFORMED[^]*--registry/);
  });

  it('freezes the lock in CI, unless told otherwise', () => {
    expect(request({}, { CI: 'true' }).frozenLock).toBe(true);
    expect(request({ frozenLock: false }, { CI: 'true' }).frozenLock).toBe(false);
    expect(request({}, { CI: 'false' }).frozenLock).toBe(false);
    expect(request({ frozenLock: true }).frozenLock).toBe(true);
  });

  it('asks for a platform once', () => {
    expect(request({ platforms: ['linux/arm64', 'linux/arm64/v8', 'linux/arm64'] }).platforms).toEqual([
      'linux/arm64',
    ]);
  });

  it.each([[1.1], [[1.1]], [['a', 2]]])('refuses tags that Nx read as numbers: %j', (tags) => {
    expect(codes({ tags })).toEqual(['TAG_IS_NUMBER']);
  });

  it('refuses build arguments that Nx read as numbers with a fraction, and keeps those of a list', () => {
    expect(codes({ buildArgs: { A: 1.1, B: 8080, C: 1e21, D: '1.10' } })).toEqual([
      'BUILD_ARG_IS_NUMBER',
      'BUILD_ARG_IS_NUMBER',
    ]);
    expect(request({ buildArgs: ['A=1.10'] }).buildArgs).toEqual({ A: '1.10' });
  });

  it('tells of everything that is wrong at once', () => {
    expect(
      codes({
        platforms: ['arm64'],
        tags: ['a b'],
        buildArgs: ['A'],
        secrets: ['id=a'],
        dryRun: true,
        plan: true,
        json: true,
        builder: 'x',
      }).sort(),
    ).toEqual(
      [
        'BUILD_ARG_MALFORMED',
        'IMAGE_REF_MALFORMED',
        'OPTION_UNSUPPORTED',
        'OPTION_UNSUPPORTED',
        'OPTION_UNSUPPORTED',
        'PLATFORM_MALFORMED',
        'SECRET_MALFORMED',
      ].sort(),
    );
  });

  it('says that the service has no such variant', () => {
    const cpuOnly = { ...SERVICE, variants: ['cpu'] as const };
    expect(() => imagesRequest('/w', cpuOnly, {}, { variants: ['gpu'] })).toThrow('VARIANT_NOT_THERE');
  });
});
