import type { GpuRequest } from '../engine/gpu-container';
import { readGpuLines, type GpuLine } from '../engine/nvidia-smi';
import type { Ran } from '../engine/run-command';
import { ENGINE_MESSAGES, type EngineMessage } from './engine-messages';

/** What became of `nvidia-smi -L` in a container with a GPU request. */
export type Attempt = { readonly request: GpuRequest; readonly seconds: number } & (
  | { readonly kind: 'refused'; readonly message: string; readonly cause: EngineMessage | undefined }
  /** The container started; it has no nvidia-smi, which comes with the capability `utility`. */
  | { readonly kind: 'no-smi' }
  | { readonly kind: 'smi-failed'; readonly message: string }
  | { readonly kind: 'gpus'; readonly gpus: readonly GpuLine[] }
);

const NO_SMI =
  /exec: "nvidia-smi": .*(executable file not found|no such file or directory|permission denied)/;
const WRAPPERS = /^docker: (Error response from daemon: )?/;
/** Docker's own exit codes: the daemon refused, the program cannot be run, the program is not there. */
const NOT_STARTED = new Set<number | null>([125, 126, 127]);

/** Reads how a container ended whose only program was `nvidia-smi -L`. */
export function readAttempt(request: GpuRequest, { code, stdout, stderr, seconds }: Ran): Attempt {
  const shared = { request, seconds };
  const message = lastWords(stdout, stderr) || `exit code ${code}`;
  const cause = ENGINE_MESSAGES.find(({ pattern }) => pattern.test(stderr));
  const fromDocker = NOT_STARTED.has(code);
  if (fromDocker && cause) return { ...shared, kind: 'refused', message, cause };
  if (fromDocker && NO_SMI.test(stderr)) return { ...shared, kind: 'no-smi' };
  if (fromDocker) return { ...shared, kind: 'refused', message, cause: undefined };
  const gpus = readGpuLines(stdout);
  if (code === 0 || /no devices were found/i.test(stdout + stderr)) return { ...shared, kind: 'gpus', gpus };
  return { ...shared, kind: 'smi-failed', message };
}

/** The cause stands in the last lines; the advice to run `docker --help` says nothing. */
function lastWords(stdout: string, stderr: string): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => line !== '' && !/^(Run 'docker|See 'docker|ERRO\[)/.test(line));
  return telling.slice(-4).join('\n').replace(WRAPPERS, '');
}
