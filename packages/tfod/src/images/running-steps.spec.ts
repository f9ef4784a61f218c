import { RunningSteps } from './running-steps';

describe('RunningSteps', () => {
  it('tells of what has run for long and still does', () => {
    const steps = new RunningSteps();
    steps.hear({ type: 'started', target: 'tf', step: '3/9 RUN pip install' }, 1000);
    steps.hear({ type: 'started', target: 'tf', step: 'load build context' }, 1000);
    steps.hear({ type: 'started', target: 'gpu', step: '3/9 RUN pip install' }, 15_000);
    expect(steps.lines(20_000, 10)).toEqual([
      '[tf] 3/9: still at it after 19 s',
      '[tf] load build context: still at it after 19 s',
    ]);
    steps.hear({ type: 'finished', target: 'tf', step: '3/9 RUN pip install', seconds: 30 }, 31_000);
    const failure = { step: 'load build context', error: 'no', tail: [] };
    steps.hear({ type: 'failed', target: 'tf', failure }, 31_000);
    expect(steps.lines(31_000, 10)).toEqual(['[gpu] 3/9: still at it after 16 s']);
  });
});
