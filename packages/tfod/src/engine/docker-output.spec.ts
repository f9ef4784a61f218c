import { readIds, readImages, readManifestDigest, readPulledDigest } from './docker-output';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;

describe('readImages', () => {
  it('reads one image a line', () => {
    const tagged = {
      Id: A,
      RepoTags: ['parking:cpu', 'parking:k-1'],
      Config: { Labels: { 'dev.tfod.key': 'k' } },
      Os: 'linux',
      Architecture: 'arm64',
      Variant: 'v8',
      Size: 12,
    };
    const bare = { Id: B, RepoTags: null, Config: {}, Os: 'linux', Architecture: 'amd64', Size: 1 };
    expect(readImages(`${JSON.stringify(tagged)}\n${JSON.stringify(bare)}`)).toEqual([
      {
        id: A,
        refs: ['parking:cpu', 'parking:k-1'],
        labels: { 'dev.tfod.key': 'k' },
        platform: 'linux/arm64',
        bytes: 12,
      },
      { id: B, refs: [], labels: {}, platform: 'linux/amd64', bytes: 1 },
    ]);
  });

  it('reads nothing from nothing', () => expect(readImages('')).toEqual([]));
});

describe('readIds', () => {
  it('gives each image once, whatever the number of its tags', () => {
    expect(readIds(`${A}\n${B}\n${A}`)).toEqual([A, B]);
  });
});

describe('readPulledDigest', () => {
  const image = JSON.stringify({ RepoDigests: [`localhost:5000/library/python@${A}`, `python@${B}`] });

  it('takes the digest of the repository that was asked for', () => {
    expect(readPulledDigest(image, 'docker.io/library/python:3.13')).toBe(B);
    expect(readPulledDigest(image, 'localhost:5000/library/python')).toBe(A);
  });

  it('knows none for an image that never came from there', () => {
    expect(readPulledDigest(image, 'team/python')).toBeUndefined();
    expect(readPulledDigest('{"RepoDigests":null}', 'python')).toBeUndefined();
  });
});

describe('readManifestDigest', () => {
  it('reads the digest', () => expect(readManifestDigest(`{"digest":"${A}","size":1}`)).toBe(A));
  it('refuses what is no digest', () => expect(() => readManifestDigest('{}')).toThrow('DIGEST_MALFORMED'));
});
