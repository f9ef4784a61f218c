import { progressLines } from './progress-lines';

const QUIET = { verbose: false };
const LOUD = { verbose: true };
const STEP = '3/9 RUN --mount=type=cache,target=/c --network=none pip install -r a.lock';

describe('progressLines', () => {
  it('tells a step of the Dockerfile when it starts', () => {
    expect(progressLines({ type: 'started', target: 'tf', step: STEP }, QUIET)).toEqual([
      '[tf] 3/9 RUN pip install -r a.lock',
    ]);
    for (const step of ['exporting to image', '3/9 LINK COPY --link src/ /app/']) {
      expect(progressLines({ type: 'started', target: 'tf', step }, QUIET)).toEqual([]);
    }
  });

  it('tells how long a long step took', () => {
    expect(progressLines({ type: 'finished', target: 'tf', step: STEP, seconds: 41.26 }, QUIET)).toEqual([
      '[tf] 3/9: 41.3 s',
    ]);
    expect(
      progressLines({ type: 'finished', target: 'tf', step: 'exporting to image', seconds: 3 }, QUIET),
    ).toEqual(['[tf] exporting to image: 3.0 s']);
    expect(progressLines({ type: 'finished', target: 'tf', step: STEP, seconds: 1 }, QUIET)).toEqual([]);
  });

  it('keeps lines short', () => {
    const [line] = progressLines(
      { type: 'started', target: 'tf', step: `1/1 RUN ${'a'.repeat(300)}` },
      QUIET,
    );
    expect(line).toHaveLength('[tf] '.length + 100);
  });

  it('tells the output of steps and cached steps only when asked', () => {
    const log = { type: 'log', target: 'tf', line: 'a' } as const;
    const cached = { type: 'cached', target: 'tf', step: '1/2 COPY a b' } as const;
    expect([log, cached].map((event) => progressLines(event, QUIET))).toEqual([[], []]);
    expect([log, cached].map((event) => progressLines(event, LOUD))).toEqual([
      ['[tf] | a'],
      ['[tf] 1/2 COPY a b (cached)'],
    ]);
  });

  it('ends with the last output of a step that failed', () => {
    const failed = {
      type: 'failed',
      target: 'tf',
      failure: { step: STEP, error: 'exit code: 1', tail: ['x', 'y'] },
    } as const;
    expect(progressLines(failed, QUIET)).toEqual([
      '[tf] | x',
      '[tf] | y',
      '[tf] failed: 3/9 RUN pip install -r a.lock',
      '[tf] exit code: 1',
    ]);
    expect(progressLines(failed, LOUD)).toHaveLength(2);
  });
});
