import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BakeProgress } from './bake-progress';

const b64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
const T = ['2025-01-01T00:00:00Z', '2025-01-01T00:00:02.5Z'] as const;

/** Feeds solve statuses as newer buildx prints them, one to a line. */
function feed(progress: BakeProgress, ...statuses: object[]) {
  return statuses.flatMap((status) => progress.read(JSON.stringify(status)));
}

describe('BakeProgress', () => {
  it('tells each step of a real build once, for the target it belongs to, and the step that failed', () => {
    const text = readFileSync(join(__dirname, 'fixtures/bake-failing-step.rawjson.txt'), 'utf8');
    const progress = new BakeProgress(['base', 'tf']);
    const events = text.split('\n').flatMap((line) => progress.read(line));
    expect(
      events
        .filter(({ type }) => type !== 'log')
        .map((e) => `${e.target} ${e.type} ${'step' in e ? e.step : ''}`),
    ).toEqual(
      expect.arrayContaining([
        'base started 1/3 COPY x /x',
        'base finished 1/3 COPY x /x',
        'base started 2/3 RUN echo one && echo two',
        'base finished 2/3 RUN echo one && echo two',
        'base finished exporting to image',
        'tf finished 1/3 RUN echo building 1>&2; python3 --version',
        'tf failed ',
      ]),
    );
    expect(events.filter((e) => e.type === 'started' && /COPY x/.test(e.step))).toHaveLength(1);
    expect(events.flatMap((e) => (e.type === 'log' ? [`${e.target}: ${e.line}`] : []))).toEqual([
      'base: one',
      'base: two',
      'tf: building',
      'tf: Python 3.13.5',
      'tf: line 1',
      'tf: line 2',
      'tf: line 3',
    ]);
    const { failures, message } = progress.end();
    expect([...failures]).toEqual([
      [
        'tf',
        {
          step: expect.stringContaining('2/3 RUN --network=none'),
          error: expect.stringContaining('exit code: 3'),
          tail: ['line 1', 'line 2', 'line 3'],
        },
      ],
    ]);
    expect(message).toContain('>>> RUN --network=none');
  });

  it('reads a build of one target, whose steps do not name it', () => {
    const progress = new BakeProgress(['service-cpu']);
    const step = { digest: 'a', name: '[build 2/5] RUN  make \\\n  all' };
    expect(
      feed(
        progress,
        {
          vertexes: [{ digest: 'i', name: '[internal] load .dockerignore', started: T[0], completed: T[1] }],
        },
        { vertexes: [step] },
        { vertexes: [{ ...step, started: T[0] }] },
        { vertexes: [{ ...step, started: T[0], completed: T[1] }] },
        { vertexes: [{ digest: 'b', name: '[3/5] COPY a b', started: T[0], completed: T[0], cached: true }] },
      ),
    ).toEqual([
      { type: 'started', target: 'service-cpu', step: '2/5 RUN make \\ all' },
      { type: 'finished', target: 'service-cpu', step: '2/5 RUN make \\ all', seconds: 2.5 },
      { type: 'cached', target: 'service-cpu', step: '3/5 COPY a b' },
    ]);
  });

  it('gives a shared step to the first target whoever mentions it first', () => {
    const progress = new BakeProgress(['base', 'tf']);
    const events = feed(
      progress,
      {
        vertexes: [
          { digest: 'a', name: '[tf 1/2] RUN a' },
          { digest: 'a', name: '[base 1/2] RUN a' },
        ],
      },
      { vertexes: [{ digest: 'a', name: '[tf 1/2] RUN a', started: T[0] }] },
    );
    expect(events).toEqual([{ type: 'started', target: 'base', step: '1/2 RUN a' }]);
  });

  it('puts lines together from pieces, even within one letter', () => {
    const progress = new BakeProgress(['tf']);
    const vertex = { digest: 'a', name: '[1/1] RUN a', started: T[0] };
    const bytes = Buffer.from('grün\nrot');
    const log = (data: Buffer, stream = 1) => ({ logs: [{ vertex: 'a', stream, data: b64(data) }] });
    const events = feed(
      progress,
      { vertexes: [vertex] },
      log(bytes.subarray(0, 3)),
      log(Buffer.from('err\r\n'), 2),
      log(bytes.subarray(3)),
      { vertexes: [{ ...vertex, completed: T[1], error: 'exit code: 1' }] },
    );
    expect(events.flatMap((e) => (e.type === 'log' ? [e.line] : []))).toEqual(['err', 'grün']);
    expect(progress.end().failures.get('tf')?.tail).toEqual(['err', 'grün', 'rot']);
  });

  it('keeps the last 40 lines of a step', () => {
    const progress = new BakeProgress(['tf']);
    const vertex = { digest: 'a', name: '[1/1] RUN a', started: T[0] };
    feed(
      progress,
      { vertexes: [vertex] },
      { logs: [{ vertex: 'a', data: b64(Array.from({ length: 50 }, (_, i) => `${i}\n`).join('')) }] },
      { vertexes: [{ ...vertex, completed: T[1], error: 'exit code: 1' }] },
    );
    const tail = progress.end().failures.get('tf')?.tail;
    expect(tail?.length).toBe(40);
    expect(tail?.at(-1)).toBe('49');
  });

  it('does not blame a step that was only stopped', () => {
    const progress = new BakeProgress(['tf', 'gpu']);
    feed(progress, {
      vertexes: [
        { digest: 'a', name: '[tf 1/1] RUN a', started: T[0], completed: T[1], error: 'exit code: 1' },
        {
          digest: 'b',
          name: '[gpu 1/1] RUN b',
          started: T[0],
          completed: T[1],
          error: 'process "b" did not complete: context canceled: context canceled',
        },
      ],
    });
    expect([...progress.end().failures.keys()]).toEqual(['tf']);
  });

  it('takes the target from the last message when no step failed', () => {
    const progress = new BakeProgress(['base', 'tf']);
    progress.read('ERROR: target tf: failed to solve: base: no such image');
    expect(progress.end()).toEqual({
      message: 'ERROR: target tf: failed to solve: base: no such image',
      failures: new Map([['tf', { step: '', error: 'failed to solve: base: no such image', tail: [] }]]),
    });
  });

  it('blames nobody when the builder did not start', () => {
    const progress = new BakeProgress(['base', 'tf']);
    progress.read('ERROR: no builder "x" found');
    expect(progress.end()).toEqual({ message: 'ERROR: no builder "x" found', failures: new Map() });
  });
});
