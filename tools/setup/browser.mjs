// @ts-check
import { runCommand } from './run-command.mjs';
import { StepFailed, step } from './step.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Finds a Chromium, or installs Debian's where that can be done.
 *
 * @returns {Promise<{ path: string } | { reason: string }>} the program, or why there is none
 */
export async function ensureBrowser() {
  const found = await findBrowser();
  if (found) return { path: found };
  if (process.getuid?.() !== 0) return { reason: `none of ${NAMES.join(', ')} is on PATH` };
  const apt = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=120'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await step('look up Chromium', ['apt-get', ...apt, 'update'], { env });
    const install = ['apt-get', ...apt, 'install', '--yes', '--no-install-recommends', 'chromium'];
    await step('install Chromium', install, { env });
  } catch (error) {
    if (error instanceof StepFailed) return { reason: error.message };
    throw error;
  }
  const installed = await findBrowser();
  return installed ? { path: installed } : { reason: 'the package of Chromium holds no program' };
}

/** @returns {Promise<string | undefined>} */
async function findBrowser() {
  for (const name of NAMES) {
    const { code, stdout } = await runCommand(['which', name]).catch(() => ({ code: 127, stdout: '' }));
    if (code === 0) return stdout.trim();
  }
  return undefined;
}
