import { parseDockerfile } from './parse';
import { skeletonOf } from './skeleton';
import { sourcesOf } from './sources';
import { parsePlatform } from '../values/platform';

const LINES = [
  'FROM a',
  'FROM base AS b',
  'FROM ${X}',
  'ARG X=geometry',
  'ARG X=other',
  'COPY --from=lib /a /b',
  'COPY --from=b /a /b',
  'RUN --mount=from=data,target=/d true',
  'RUN true \\',
  'CMD ["a"]',
  'CMD ["b"] \\',
  'cmd --from=lib',
  'ENTRYPOINT ["c"]',
  'LABEL x=${X}',
  'WORKDIR /w',
  'WORKDIR --from=lib \\',
  '# COPY --from=lib',
  '# syntax=docker/dockerfile:1',
  '# escape=`',
  'RUN <<E',
  'E',
  '',
  '   ',
];

function namesIn(text: string): string | undefined {
  try {
    const choices = { buildArgs: {}, platform: parsePlatform('linux/amd64') };
    return sourcesOf(parseDockerfile(text, 'Dockerfile'), choices).externals.join(' ');
  } catch {
    return undefined; // nobody knows what a malformed file names
  }
}

describe('skeletonOf', () => {
  it('leaves out what differs between services', () => {
    const of = (name: string) =>
      `# ${name}\nFROM runtime\nCOPY --from=lib / /\nEXPOSE 80\nENTRYPOINT ["python", "-m", "${name}"]\n`;
    expect(skeletonOf(of('a'))).toBe('FROM runtime\nCOPY --from=lib / /\n');
    expect(skeletonOf(of('b'))).toBe(skeletonOf(of('a')));
  });

  it('is never the same for sound files that name different things', () => {
    const seen = new Map<string, string>();
    let read = 0;
    let state = 1;
    const random = (below: number): number => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    for (let trial = 0; trial < 5000; trial++) {
      const lines = Array.from({ length: random(5) }, () => LINES[random(LINES.length)]);
      const text = ['FROM runtime', ...lines].join('\n');
      const skeleton = skeletonOf(text);
      const names = namesIn(text);
      if (names === undefined) continue;
      read++;
      expect([text, names]).toEqual([text, seen.get(skeleton) ?? names]);
      seen.set(skeleton, names);
    }
    expect(seen.size).toBeGreaterThan(300);
    expect(read).toBeGreaterThan(1.5 * seen.size);
  });
});
