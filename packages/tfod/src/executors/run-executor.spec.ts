import { TfodError } from '../values/tfod-error';
import { runExecutor } from './run-executor';

const STOPPED = { code: 'WORK_STOPPED', what: 'The work was stopped', remedy: 'start it again' };

describe('runExecutor', () => {
  it.each([true, false])('hands on that the work answers %s', async (success) => {
    const report = jest.fn();
    expect(await runExecutor(STOPPED, report, () => Promise.resolve(success))).toEqual({ success });
    expect(report).not.toHaveBeenCalled();
  });

  it('tells an expected failure without a stack', async () => {
    const report = jest.fn();
    const work = () =>
      Promise.reject(new TfodError({ code: 'NO_SALT', what: 'Salt is out', remedy: 'buy some' }));
    expect(await runExecutor(STOPPED, report, work)).toEqual({ success: false });
    expect(report.mock.calls).toEqual([[expect.stringMatching(/^NO_SALT: Salt is out\n.*buy some$/)]]);
  });

  it('lets a bug through', async () => {
    await expect(runExecutor(STOPPED, jest.fn(), () => Promise.reject(new TypeError('no')))).rejects.toThrow(
      TypeError,
    );
  });
});
