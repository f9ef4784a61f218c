import type { Service } from '../../service/service';
import { detectArguments } from './detect-arguments';
import { rayArguments } from './ray-runner';
import { inferRequest } from './request';
import type { InferOptions } from './schema';

const SERVICE: Service = {
  name: 'parking',
  root: 'apps/parking',
  variants: ['cpu'],
  model: 'cars',
  image: 'parking',
  port: 8080,
};

const request = (options: InferOptions, service = SERVICE) => inferRequest('/ws', service, options);

describe('inferRequest', () => {
  it('looks at the samples of the model when nothing is named', () => {
    expect(request({})).toMatchObject({
      inputs: ['apps/parking/models/cars/samples'],
      output: '/ws/dist/apps/parking/infer',
      runner: 'container',
      variant: 'cpu',
      annotate: true,
      allowFailures: false,
    });
    expect(request({ input: [] }).inputs).toEqual(['apps/parking/models/cars/samples']);
  });

  it.each<[InferOptions['input'] & {}, string[]]>([
    ['a.jpg,b.jpg', ['a.jpg', 'b.jpg']],
    ['shots/*.{png,jpg}, more', ['shots/*.{png,jpg}', 'more']],
    ['{a,b}/{c,d}.jpg', ['{a,b}/{c,d}.jpg']],
    [
      ['a,b.jpg', 'c'],
      ['a,b.jpg', 'c'],
    ],
  ])('reads %j as %j', (input, inputs) => {
    expect(request({ input }).inputs).toEqual(inputs);
  });

  it.each([
    ['tmp/out', '/ws/tmp/out'],
    ['/elsewhere', '/elsewhere'],
  ])('puts results for %s into %s', (output, path) => {
    expect(request({ output }).output).toBe(path);
  });

  it('refuses a variant that the service has not', () => {
    expect(() => request({ variant: 'gpu' })).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ code: 'VARIANT_NOT_THERE', expected: 'cpu' })],
      }),
    );
  });

  it('takes the first variant of a service that has no cpu', () => {
    expect(request({}, { ...SERVICE, variants: ['gpu'] }).variant).toBe('gpu');
  });
});

describe('with Ray', () => {
  const ray: InferOptions = { engine: 'ray', using: 'python' };

  it('takes folders of this machine and addresses of stores', () => {
    expect(request({ ...ray, input: 'shots,s3://b/day', output: 'gs://b/found' }).ray).toEqual({
      address: undefined,
      workers: undefined,
      inputs: ['/ws/shots', 's3://b/day'],
      output: 'gs://b/found',
    });
    expect(request(ray).ray).toMatchObject({
      inputs: ['/ws/apps/parking/models/cars/samples'],
      output: '/ws/dist/apps/parking/infer-ray',
    });
  });

  it('hands on what was asked', () => {
    const asked = request({
      ...ray,
      address: 'auto',
      workers: 4,
      minScore: 0.3,
      annotate: false,
      json: true,
    });
    if (!asked.ray) throw new Error('no ray');
    expect(rayArguments(asked, asked.ray).slice(4).join(' ')).toBe(
      '--address auto --workers 4 --min-score 0.3 --no-annotate --json',
    );
  });

  it.each<[InferOptions, string]>([
    [{ engine: 'ray' }, 'RAY_NOT_IN_IMAGE'],
    [{ engine: 'ray', using: 'container' }, 'RAY_NOT_IN_IMAGE'],
    [{ using: 'python', address: 'auto' }, 'RAY_NOT_ASKED'],
    [{ workers: 3 }, 'RAY_NOT_ASKED'],
  ])('refuses %j', (options, code) => {
    expect(() => request(options)).toThrow(code);
  });
});

describe('detectArguments', () => {
  const paths = { list: '/l', output: '/o' };

  it('leaves to the runtime what was not asked for', () => {
    expect(detectArguments(request({}), paths)).toEqual(['detect', '--list', '/l', '--output', '/o']);
  });

  it('hands on all that was', () => {
    const all: InferOptions = {
      minScore: 0,
      maxDetections: 3,
      annotate: false,
      allowFailures: true,
      json: true,
      verbose: true,
    };
    expect(detectArguments(request(all), paths).slice(5).join(' ')).toBe(
      '--min-score 0 --max-detections 3 --no-annotate --allow-failures --json --verbose',
    );
  });
});
