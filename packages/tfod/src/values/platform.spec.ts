import { parsePlatform, partsOf } from './platform';

describe('parsePlatform', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm/v7', 'linux/arm/v7'],
  ])('%s is %s', (text, platform) => expect(parsePlatform(text)).toBe(platform));

  it.each(['', 'linux', 'amd64', 'linux/', 'Linux/amd64', 'linux/amd64/x', 'linux/amd64,linux/arm64'])(
    'refuses %j',
    (text) => expect(() => parsePlatform(text)).toThrow('PLATFORM_MALFORMED'),
  );
});

describe('partsOf', () => {
  it('tells a variant that is written from none', () => {
    expect(partsOf(parsePlatform('linux/arm/v7'))).toEqual({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
    });
    expect(partsOf(parsePlatform('linux/amd64'))).toEqual({ os: 'linux', architecture: 'amd64' });
  });
});
