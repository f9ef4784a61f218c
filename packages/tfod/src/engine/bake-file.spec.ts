import { parsePlatform } from '../values/platform';
import { bakeFile } from './bake-file';

describe('bakeFile', () => {
  it('says what each target is made from', () => {
    const text = bakeFile([
      {
        name: 'tf',
        context: '/stage/tf/context',
        dockerfile: '/stage/tf/Dockerfile',
        contexts: {
          base: { from: 'target', name: 'base' },
          runtime: { from: 'image', ref: 'tfod-tf:k-1' },
          'tfod-runtime': { from: 'folder', path: '/stage/wheel' },
        },
        args: { MODEL: 'demo' },
        labels: { 'dev.tfod.key': 'ab' },
        platform: parsePlatform('linux/amd64'),
        refs: ['tfod-tf:tmp'],
        secrets: ['id=ca,src=/ca.pem'],
        fresh: false,
        cacheFrom: ['type=registry,ref=cache:tf'],
        cacheTo: [],
      },
    ]);
    expect(JSON.parse(text)).toEqual({
      target: {
        tf: {
          context: '/stage/tf/context',
          dockerfile: '/stage/tf/Dockerfile',
          contexts: {
            base: 'target:base',
            runtime: 'docker-image://tfod-tf:k-1',
            'tfod-runtime': '/stage/wheel',
          },
          args: { MODEL: 'demo' },
          labels: { 'dev.tfod.key': 'ab' },
          platforms: ['linux/amd64'],
          tags: ['tfod-tf:tmp'],
          secret: ['id=ca,src=/ca.pem'],
          'no-cache': false,
          'cache-from': ['type=registry,ref=cache:tf'],
        },
      },
    });
  });

  it('keeps bake from reading values as templates', () => {
    const text = bakeFile([
      {
        name: 'tf',
        context: '/a/${b}',
        dockerfile: '/a/%{c}',
        contexts: {},
        args: { A: '${B} $C 50% $${D}' },
        labels: {},
        platform: parsePlatform('linux/amd64'),
        refs: [],
        secrets: [],
        fresh: true,
        cacheFrom: [],
        cacheTo: [],
      },
    ]);
    expect(JSON.parse(text).target.tf).toMatchObject({
      context: '/a/$${b}',
      dockerfile: '/a/%%{c}',
      args: { A: '$${B} $C 50% $$${D}' },
      'no-cache': true,
    });
  });
});

test('a target that has two names gets a second one that passes it on', () => {
  const text = bakeFile([
    {
      name: 'service-cpu',
      context: '/stage/context',
      dockerfile: '/stage/Dockerfile',
      contexts: { runtime: { from: 'target', name: 'tf' }, tensorflow: { from: 'target', name: 'tf' } },
      args: {},
      labels: {},
      platform: parsePlatform('linux/amd64'),
      refs: [],
      secrets: [],
      fresh: false,
      cacheFrom: [],
      cacheTo: [],
    },
  ]);
  const { target } = JSON.parse(text);
  expect(target['service-cpu'].contexts).toEqual({
    runtime: 'target:tf',
    tensorflow: 'target:service-cpu-tensorflow',
  });
  expect(target['service-cpu-tensorflow']).toEqual({
    context: '/stage/context',
    'dockerfile-inline': 'FROM parent\n',
    contexts: { parent: 'target:tf' },
    platforms: ['linux/amd64'],
  });
});
