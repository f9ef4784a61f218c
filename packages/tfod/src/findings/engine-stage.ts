import { requestFlags } from '../engine/gpu-container';
import { countGpus, finding, skipped, type CheckId } from './checks';
import type { Finding, Owner } from './finding';
import type { Attempt } from './gpu-attempt';

/** The rungs of a GPU request: whoever stands on one has climbed those before it. */
const LADDER = [
  'engine.gpu-known',
  'engine.driver-reached',
  'engine.driver-accepted',
  'engine.container',
] as const;
type Rung = (typeof LADDER)[number];

/** How far an attempt came; a message that nobody knows tells only that no container started. */
function height(attempt: Attempt): number {
  if (attempt.kind !== 'refused') return LADDER.length;
  const check = attempt.cause?.check ?? 'engine.container';
  return LADDER.findIndex((rung) => rung === check);
}

/** The attempt that came furthest; of those that came equally far, the first. */
export function bestAttempt(attempts: readonly [Attempt, ...Attempt[]]): Attempt {
  return attempts.reduce((best, next) => (height(next) > height(best) ? next : best));
}

/** Whether containers that ask for GPUs in this way start. */
export function starts(attempt: Attempt): boolean {
  return attempt.kind !== 'refused';
}

export interface EngineDemands {
  readonly gpus: number;
  /** How many the host lists; undefined where it does not tell. */
  readonly onHost: number | undefined;
}

/** The findings of the GPU requests that were tried, but for those of the engine itself and of the probe. */
export function requestFindings(
  attempts: readonly [Attempt, ...Attempt[]],
  demands: EngineDemands,
): Finding[] {
  const best = bestAttempt(attempts);
  const failed = attempts.filter((attempt) => attempt !== best && height(attempt) < height(best));
  const rungs = best.kind === 'refused' ? refusedRungs(best) : climbedRungs(best);
  return [...withFailedRequests(rungs, failed), devices(best), gpuCount(best, demands)];
}

function climbedRungs(attempt: Attempt): Finding[] {
  return LADDER.map((rung) => climbed(rung, attempt));
}

function climbed(rung: Rung, { request, seconds }: Attempt): Finding {
  switch (rung) {
    case 'engine.gpu-known':
      return finding(rung, 'pass', requestFlags(request));
    case 'engine.container':
      return finding(rung, 'pass', `started and ended in ${seconds.toFixed(1)} s`, { seconds });
    default:
      // CDI describes files and devices; nobody asks the driver when a container starts.
      if (request === 'cdi') return finding(rung, 'skip', 'a request by CDI does not ask the driver');
      return finding(rung, 'pass', rung === 'engine.driver-reached' ? 'reached' : 'nothing refused');
  }
}

function refusedRungs(attempt: Attempt & { kind: 'refused' }): Finding[] {
  const { cause, message, seconds } = attempt;
  const at = height(attempt);
  return LADDER.map((rung, index) => {
    if (index > at) return finding(rung, 'skip', `not reached: ${LADDER[at]} failed`);
    if (index === at) {
      const hint =
        cause?.hint ?? 'try it by hand: --dryRun prints the command; the log of the engine may tell more';
      return finding(rung, 'fail', message, { hint, seconds, ...(cause && { owner: cause.owner }) });
    }
    return cause ? climbed(rung, attempt) : finding(rung, 'skip', 'the message of the engine does not tell');
  });
}

/** A request that works does not help those who write the other one: `infer` asks with --gpus. */
function withFailedRequests(rungs: Finding[], failed: readonly Attempt[]): Finding[] {
  const [first] = failed;
  if (first?.kind !== 'refused') return rungs;
  return rungs.map((each) =>
    each.id === 'engine.gpu-known' && each.status === 'pass'
      ? finding(
          'engine.gpu-known',
          'warn',
          `${each.found} works, ${requestFlags(first.request)} does not: ${first.message}`,
          {
            hint: first.cause?.hint ?? 'what asks for GPUs with --gpus, as infer does, will fail',
          },
        )
      : each,
  );
}

function devices(attempt: Attempt): Finding {
  const id = 'engine.devices';
  switch (attempt.kind) {
    case 'refused':
      return finding(id, 'skip', 'no container started');
    case 'no-smi':
      return finding(id, 'warn', 'there is no nvidia-smi in the container', {
        owner: 'image',
        hint: 'NVIDIA_DRIVER_CAPABILITIES of the image should be compute,utility',
      });
    case 'gpus':
      return finding(id, 'pass', 'nvidia-smi answers');
    case 'smi-failed':
      return finding(id, 'fail', attempt.message, causeInContainer(attempt.message));
  }
}

function causeInContainer(message: string): { readonly owner: Owner; readonly hint: string } {
  if (/driver\/library version mismatch/i.test(message)) {
    return {
      owner: 'host',
      hint: 'reboot, or unload the nvidia modules and load them again: an update replaced the libraries',
    };
  }
  if (/failed to initialize nvml: (unknown error|insufficient permissions)/i.test(message)) {
    return {
      owner: 'engine',
      hint: 'the container may not open /dev/nvidia*, as after `systemctl daemon-reload`: request GPUs by CDI, or use the cgroupfs driver',
    };
  }
  return { owner: 'engine', hint: "run nvidia-smi on the engine's machine, and compare" };
}

function gpuCount(attempt: Attempt, { gpus: wanted, onHost }: EngineDemands): Finding {
  const id: CheckId = 'engine.gpu-count';
  const expected = `${countGpus(wanted)} in the container`;
  if (attempt.kind !== 'gpus') return finding(id, 'skip', 'nvidia-smi did not list them', { expected });
  const names = attempt.gpus.map(({ name }) => name).join(', ');
  const count = attempt.gpus.length;
  const found = count === 0 ? 'no GPU' : `${countGpus(count)}: ${names}`;
  if (count < wanted) {
    const hint =
      count === 0
        ? 'the toolkit gave the container none: look at NVIDIA_VISIBLE_DEVICES and at /etc/nvidia-container-runtime/config.toml'
        : `lower --requireGpus to ${count}, or find out what keeps the others from the container`;
    return finding(id, 'fail', found, { expected, hint });
  }
  if (onHost !== undefined && count < onHost) {
    return finding(id, 'warn', `${found}; the host has ${onHost}`, {
      expected,
      hint: 'the request was for all GPUs: something hides the others',
    });
  }
  return finding(id, 'pass', found, { expected });
}

/** The findings of the engine stage when there was no GPU request. */
export function noRequest(reason: string): Finding[] {
  return skipped('engine', reason, ['engine.answers', 'engine.probe']);
}
