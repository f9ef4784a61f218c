import { untilStopped } from './until-stopped';

const STOPPED = { code: 'WORK_STOPPED', what: 'The work was stopped', remedy: 'start it again' };

describe('untilStopped', () => {
  it('aborts the work, lets it put things away, and tells what stopped it', async () => {
    const listeners = process.listenerCount('SIGTERM');
    let putAway = false;
    const work = untilStopped(STOPPED, async (signal) => {
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      process.emit('SIGTERM', 'SIGTERM');
      await aborted;
      putAway = true;
      signal.throwIfAborted();
    });
    await expect(work).rejects.toMatchObject({
      problems: [{ code: 'WORK_STOPPED', what: 'The work was stopped by SIGTERM', remedy: 'start it again' }],
    });
    expect(putAway).toBe(true);
    expect(process.listenerCount('SIGTERM')).toBe(listeners);
  });

  it('hands on what the work found', async () => {
    expect(await untilStopped(STOPPED, () => Promise.resolve(3))).toBe(3);
  });
});
