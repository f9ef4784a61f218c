import { parseRepository } from '../values/image-ref';
import { canBePushed, friendlyRefs, repositoryOf } from './repository';

describe('repositoryOf', () => {
  it.each([
    ['parking', 'tfod-base'],
    ['team/parking', 'team/tfod-base'],
    ['registry.example:5000/a/b/parking', 'registry.example:5000/a/b/tfod-base'],
  ])('puts the base of %s into %s', (service, base) => {
    expect(repositoryOf('base', parseRepository(service))).toBe(base);
  });

  it('leaves the service where tfod.json says', () => {
    expect(repositoryOf('service', parseRepository('team/parking'))).toBe('team/parking');
  });
});

describe('friendlyRefs', () => {
  const parking = parseRepository('team/parking');

  it('names the variant, and each tag with it', () => {
    expect(friendlyRefs(parking, 'cpu', ['1.2', 'latest'])).toEqual([
      'team/parking:cpu',
      'team/parking:1.2-cpu',
      'team/parking:latest-cpu',
    ]);
  });

  it('names the architecture when there are several', () => {
    expect(friendlyRefs(parking, 'gpu', ['1'], 'arm64')).toEqual([
      'team/parking:gpu-arm64',
      'team/parking:1-gpu-arm64',
    ]);
  });

  it('refuses what is no tag', () => {
    expect(() => friendlyRefs(parking, 'cpu', ['a b'])).toThrow('IMAGE_REF_MALFORMED');
  });
});

describe('canBePushed', () => {
  it.each([
    ['parking', false],
    ['library/parking', false],
    ['docker.io/library/parking', false],
    ['team/parking', true],
    ['localhost:5000/parking', true],
    ['registry.example/library/parking', true],
  ])('%s: %s', (name, expected) => expect(canBePushed(parseRepository(name))).toBe(expected));
});
