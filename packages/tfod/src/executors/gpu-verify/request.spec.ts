import type { Service } from '../../service/service';
import { gpuVerifyRequest } from './request';
import type { GpuVerifyOptions } from './schema';

const SERVICE: Service = {
  name: 'parking',
  root: 'apps/parking',
  variants: ['cpu', 'gpu'],
  model: 'demo',
  image: 'parking',
  port: 8080,
};
const request = (options: GpuVerifyOptions, service = SERVICE) => gpuVerifyRequest('/ws', service, options);

it('proves work on one GPU when nothing else is said', () => {
  expect(request({})).toMatchObject({
    mode: 'gpu',
    gpus: 1,
    targets: [],
    driver: undefined,
    picture: undefined,
    junit: undefined,
    seconds: 300,
    printJob: false,
  });
});

it('counts paths from the workspace root, and takes a driver that Nx made a number of', () => {
  expect(
    request({ junit: 'tmp/gpu.xml', picture: '/p.jpg', driver: 535.104, gpuTargets: ['sm_75', ' h100'] }),
  ).toMatchObject({
    junit: '/ws/tmp/gpu.xml',
    picture: '/p.jpg',
    driver: '535.104',
    targets: ['sm_75', 'h100'],
  });
});

it.each([550.9, 570.19])('refuses the driver %d, which may have lost a zero', (driver) => {
  expect(() => request({ driver })).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ code: 'DRIVER_IS_NUMBER' })] }),
  );
});

it.each<[GpuVerifyOptions, string]>([
  [{ dryRun: true, json: true }, '--dryRun --json'],
  [{ dryRun: true, junit: 'x' }, '--dryRun --junit'],
  [{ dryRun: true, print: 'k8s' }, '--dryRun --print'],
  [{ print: 'k8s', json: true }, '--print --json'],
  [{ print: 'k8s', junit: 'x' }, '--print --junit'],
  [{ print: 'k8s', picture: 'x' }, '--print --picture'],
  [{ mode: 'static', requireGpus: 2 }, '--mode=static --requireGpus'],
  [{ mode: 'static', picture: 'x' }, '--mode=static --picture'],
  [{ mode: 'static', print: 'k8s' }, '--mode=static --print'],
])('refuses %j', (options, where) => {
  expect(() => request(options)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ code: 'OPTION_UNSUPPORTED', where })] }),
  );
});

it('tells all that is wrong at once', () => {
  const options: GpuVerifyOptions = {
    driver: 'newest',
    gpuTargets: ['t4', '$(id)'],
    dryRun: true,
    json: true,
  };
  expect(() => request(options, { ...SERVICE, variants: ['cpu'] })).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ code: 'VARIANT_NOT_THERE', found: 'cpu' }),
        expect.objectContaining({ code: 'OPTION_UNSUPPORTED' }),
        expect.objectContaining({ code: 'GPU_TARGET_MALFORMED', found: '"$(id)"' }),
        expect.objectContaining({ code: 'DRIVER_MALFORMED', found: '"newest"' }),
      ],
    }),
  );
});
