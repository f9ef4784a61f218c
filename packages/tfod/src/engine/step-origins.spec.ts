import type { BuildTarget, ContextSource } from './engine';
import { stepOrigins } from './step-origins';

const target = (name: string, ...parents: string[]): BuildTarget => ({
  name,
  context: '/c',
  dockerfile: '/d',
  contexts: Object.fromEntries(
    parents.map((parent): [string, ContextSource] => [parent, { from: 'target', name: parent }]),
  ),
  args: {},
  labels: {},
  platform: 'linux/amd64' as BuildTarget['platform'],
  refs: [],
  secrets: [],
  fresh: false,
  cacheFrom: [],
  cacheTo: [],
});

describe('stepOrigins', () => {
  const origin = stepOrigins(
    [target('base'), target('tf', 'base'), target('a', 'tf'), target('b', 'tf', 'a')],
    new Map([
      ['base', 'FROM x\nRUN apt-get update && \\\n    apt-get install y\n'],
      ['tf', 'FROM base\nRUN pip install z\n'],
      ['a', 'FROM runtime\nCOPY ${A} /a\nRUN pip check\n'],
      ['b', 'FROM runtime\nRUN pip check\n'],
    ]),
  );

  it.each([
    ['what is written in its own Dockerfile', 'b', '2/2 RUN pip check', 'b'],
    ['what is written below', 'b', '2/2 RUN pip install z', 'tf'],
    [
      'what is written farther below, over several lines',
      'a',
      '2/2 RUN apt-get update && apt-get install y',
      'base',
    ],
    ['what is written nowhere, since BuildKit put in arguments', 'a', '1/2 COPY models /a', 'a'],
    ['what a target asks for that is not known', 'other', '1/1 RUN pip check', 'other'],
  ])('finds the target of %s', (_, name, step, expected) => {
    expect(origin(name, step)).toBe(expected);
  });
});
