import { everythingSaid } from '../screen/screen';
import { TfodError } from '../values/tfod-error';
import { untilStopped, type Stopped } from './until-stopped';

/**
 * The frame of an executor: its work can be stopped, an expected failure is told in full and without a stack, and
 * everything is said before Nx hears of the end. `work` answers whether it succeeded.
 */
export async function runExecutor(
  stopped: Stopped,
  report: (line: string) => void,
  work: (signal: AbortSignal) => Promise<boolean>,
): Promise<{ success: boolean }> {
  try {
    return { success: await untilStopped(stopped, work) };
  } catch (error) {
    if (!(error instanceof TfodError)) throw error;
    report(error.message);
    return { success: false };
  } finally {
    await everythingSaid();
  }
}
