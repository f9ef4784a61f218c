import type { GpuRequest } from '../../engine/gpu-container';
import { skipped } from '../../findings/checks';
import { bestAttempt, noRequest, requestFindings, starts } from '../../findings/engine-stage';
import type { Finding } from '../../findings/finding';
import type { Attempt } from '../../findings/gpu-attempt';
import { probeAnswer, type ProbeAnswer } from '../../findings/probe-stage';
import { verdict, type Verdict } from '../../findings/verdict';
import type { PlanEntry } from '../../images/receipt';
import { TfodError } from '../../values/tfod-error';
import { attempt, probeProgram, runProbe } from './containers';
import { gather, type Gathered } from './gather';
import { ensureImage } from './image';
import { lookAtHost, openEngine } from './outside';
import type { GpuVerifyRequest } from './request';
import type { Stoppable } from './surroundings';

const STATIC = 'not looked at: --mode=static';

/**
 * Looks from the outside to the inside. What fails keeps the next from being proved, not from being looked at:
 * where no container gets a GPU, the probe still checks all of the image that needs none.
 */
export async function verify(request: GpuVerifyRequest, around: Stoppable): Promise<Verdict> {
  const { service, mode } = request;
  const gathered = await gather(request);
  const engine = await openEngine(around);
  const host = mode === 'static' ? undefined : await lookAtHost(request, gathered, engine.details, around);
  const outside = [...(host?.findings ?? skipped('host', STATIC)), engine.finding];
  if (engine.finding.status === 'fail') {
    outside.push(...skipped('engine', 'the engine does not answer', ['engine.answers']));
    return verdict({ service: service.name, mode, image: null, outside, report: undefined });
  }
  const image = await ensureImage(request, around);
  const { rungs, gpuRequest } = await requestGpus(request, image, host?.count, around);
  const { finding, report } = await askProbe(request, gathered, image, gpuRequest, around);
  return verdict({
    service: service.name,
    mode,
    image: image.ref,
    outside: [...outside, ...rungs, finding],
    report,
  });
}

interface Requested {
  readonly rungs: readonly Finding[];
  /** Undefined: no container gets a GPU. */
  readonly gpuRequest: GpuRequest | undefined;
}

/** Docker's own flag first; where the engine does not know how to honour it, the Container Device Interface. */
async function requestGpus(
  { mode, gpus, verbose }: GpuVerifyRequest,
  image: PlanEntry,
  onHost: number | undefined,
  around: Stoppable,
): Promise<Requested> {
  if (mode === 'static') return { rungs: noRequest(STATIC), gpuRequest: undefined };
  around.report('asking the engine for a container with a GPU');
  const tried = (request: GpuRequest): Promise<Attempt> => attempt(image, request, verbose, around);
  const first = await tried('gpus');
  const isUnknown = first.kind === 'refused' && first.cause?.check === 'engine.gpu-known';
  const attempts = isUnknown ? ([first, await tried('cdi')] as const) : ([first] as const);
  const best = bestAttempt(attempts);
  return {
    rungs: requestFindings(attempts, { gpus, onHost }),
    gpuRequest: starts(best) ? best.request : undefined,
  };
}

/** Throws PROBE_REFUSED: which names of GPUs there are, the probe alone knows. */
async function askProbe(
  request: GpuVerifyRequest,
  gathered: Gathered,
  image: PlanEntry,
  gpuRequest: GpuRequest | undefined,
  around: Stoppable,
): Promise<ProbeAnswer> {
  around.report(`running the probe in ${image.ref}${gpuRequest === undefined ? ', without a GPU' : ''}`);
  const program = probeProgram(request, gathered, image, gpuRequest);
  const ran = await runProbe(request, program, gpuRequest && gathered.picture, around);
  if (ran.code === WRONG_USAGE) throw refusedByProbe(ran.stderr);
  return probeAnswer(ran);
}

/** What Python's argparse ends with, and the probe with it. */
const WRONG_USAGE = 2;

function refusedByProbe(stderr: string): TfodError {
  const said = /error: (argument (--[\w-]+): )?(.*)$/m.exec(stderr);
  const option = said?.[2] === '--targets' ? '--gpuTargets' : said?.[2];
  return new TfodError({
    code: 'PROBE_REFUSED',
    what: 'The probe does not know what to do with an option',
    ...(option !== undefined && { where: option }),
    found: said?.[3] ?? stderr.trim(),
    remedy: 'correct the option',
  });
}
