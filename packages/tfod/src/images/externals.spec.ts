import { parseDockerfile } from '../dockerfile/parse';
import { digestOf } from '../values/digest';
import { baseOf, classify, unpinnedRefs } from './externals';
import { chainLinks } from './role';

const [, tf, service] = chainLinks(['cpu']);
const NOTHING = { folders: [], projects: new Set<string>() };

describe('classify', () => {
  it('tells the chain, our folders and images from elsewhere apart', () => {
    if (!service) throw new Error('no link');
    const names = ['base', 'busybox', 'geometry', 'runtime', 'tfod-runtime'];
    const ours = { folders: ['tfod-runtime'], projects: new Set(['base', 'geometry', 'runtime']) };
    expect(classify(names, service, ours, 'Dockerfile')).toEqual({
      parents: { runtime: 'tf' },
      folders: ['tfod-runtime'],
      projects: ['geometry'],
      images: ['base', 'busybox'],
      problems: [],
    });
  });

  it('makes nothing of a parent that the Dockerfile does not use', () => {
    if (!tf) throw new Error('no link');
    expect(classify(['python:3.13'], tf, NOTHING, 'Dockerfile').parents).toEqual({});
  });

  it('says where the name of an image cannot be read', () => {
    if (!tf) throw new Error('no link');
    const names = ['Not:An:Image', '@acme/geometry'];
    const ours = { folders: [], projects: new Set(['@acme/geometry']) };
    expect(classify(names, tf, ours, 'docker/tf.Dockerfile').problems).toMatchObject([
      { code: 'IMAGE_REF_MALFORMED', where: 'docker/tf.Dockerfile' },
      { code: 'IMAGE_REF_MALFORMED', where: 'docker/tf.Dockerfile' },
    ]);
  });
});

describe('baseOf', () => {
  const base = (...lines: string[]) =>
    baseOf(parseDockerfile(lines.join('\n'), 'Dockerfile'), ['python:3.13', 'busybox']);

  it.each([
    ['python:3.13', ['FROM python:3.13']],
    ['busybox', ['FROM python:3.13 AS build', 'FROM busybox', 'COPY --from=build /a /a']],
    ['python:3.13', ['FROM python:3.13 AS one', 'FROM one AS Two', 'FROM two']],
    [undefined, ['FROM base']],
    [undefined, ['FROM python:3.13 AS build', 'FROM runtime']],
    [undefined, ['FROM scratch']],
  ])('is %s for %j', (expected, lines) => expect(base(...lines)).toBe(expected));
});

describe('unpinnedRefs', () => {
  it('names each image once that has no digest', () => {
    const pins = new Map([['python:3.13', digestOf('a')]]);
    expect(
      unpinnedRefs(['docker.io/library/python:3.13', 'busybox', 'busybox', `x@${digestOf('x')}`], pins),
    ).toEqual(['busybox']);
  });
});
