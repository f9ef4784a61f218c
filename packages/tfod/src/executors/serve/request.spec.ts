import type { Service } from '../../service/service';
import { serveContainer } from '../../engine/docker-serve';
import { ARM64 } from '../../testing/image-facts';
import { serveArguments, serveRequest, urlOf } from './request';

const SERVICE: Service = {
  name: 'parking',
  root: 'apps/parking',
  variants: ['cpu'],
  model: 'cars',
  image: 'parking',
  port: 8080,
};

describe('serveRequest', () => {
  it('serves this machine alone, on the port of the service', () => {
    expect(serveRequest('/ws', SERVICE, {})).toMatchObject({
      runner: 'container',
      variant: 'cpu',
      host: '127.0.0.1',
      port: 8080,
      readySeconds: 120,
    });
  });

  it('leaves to the runtime what was not asked for', () => {
    expect(serveArguments(serveRequest('/ws', SERVICE, {}))).toEqual(['serve']);
  });

  it('refuses a variant that the service has not', () => {
    expect(() => serveRequest('/ws', SERVICE, { variant: 'gpu' })).toThrow('VARIANT_NOT_THERE');
  });

  it.each([
    ['127.0.0.1', 'http://127.0.0.1:80'],
    ['0.0.0.0', 'http://127.0.0.1:80'],
    ['::', 'http://[::1]:80'],
    ['::1', 'http://[::1]:80'],
    ['parking.local', 'http://parking.local:80'],
  ])('is reached, listening on %s, at %s', (host, url) => {
    expect(urlOf({ host, port: 80 })).toBe(url);
  });
});

describe('serveContainer', () => {
  const server = {
    name: 'n',
    image: 'parking:cpu',
    platform: ARM64,
    host: '::1',
    port: 9000,
    containerPort: 8080,
  };

  it('publishes one port', () => {
    const { args } = serveContainer({ ...server, gpus: true, env: { A: 'b' }, args: ['serve'] });
    expect(args.join(' ')).toContain(
      '--platform linux/arm64 --publish [::1]:9000:8080 --gpus all --env A=b parking:cpu serve',
    );
  });
});
