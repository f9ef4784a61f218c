import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerEngine } from '../../engine/docker';
import {
  engineDetails,
  engineEndpoint,
  readEngineDetails,
  type EngineDetails,
} from '../../engine/engine-details';
import { CommandNotFoundError } from '../../engine/run-command';
import { finding } from '../../findings/checks';
import { enginePlace } from '../../findings/engine-place';
import type { Finding } from '../../findings/finding';
import { readHost, type HostFacts } from '../../findings/host-facts';
import { hostFindings } from '../../findings/host-stage';
import { TfodError } from '../../values/tfod-error';
import { driverDemand, type Gathered } from './gather';
import type { GpuVerifyRequest } from './request';
import type { Stoppable } from './surroundings';

export interface OpenedEngine {
  readonly finding: Finding;
  readonly details: EngineDetails | undefined;
}

/** That the engine does not answer is a finding like any other, and not the end. */
export async function openEngine({ run }: Stoppable): Promise<OpenedEngine> {
  try {
    const { version } = await dockerEngine(run).open();
    const details = readEngineDetails((await run(engineDetails())).stdout);
    const system = details === undefined ? '' : ` on ${details.system}`;
    return { finding: finding('engine.answers', 'pass', `Docker ${version}${system}`), details };
  } catch (error) {
    const problem = error instanceof TfodError ? error.problems[0] : undefined;
    if (problem === undefined) throw error;
    const found = [problem.what, problem.found].filter(Boolean).join(': ');
    return {
      finding: finding('engine.answers', 'fail', found, { hint: problem.remedy }),
      details: undefined,
    };
  }
}

export async function lookAtHost(
  { gpus }: GpuVerifyRequest,
  gathered: Gathered,
  engine: EngineDetails | undefined,
  around: Stoppable,
): Promise<{ readonly findings: readonly Finding[]; readonly count: number | undefined }> {
  const place = enginePlace({
    endpoint: await endpointOf(around),
    engine,
    machine: { ...around, inContainer: await runsInContainer(around.root) },
  });
  const facts = place.here ? await readHost(around) : NOTHING;
  const driver = driverDemand(gathered, facts.devices.includes('dxg') ? 'windows' : 'linux');
  return {
    findings: hostFindings(facts, place, { gpus, driver }),
    count: facts.smi.kind === 'gpus' ? facts.smi.gpus.length : undefined,
  };
}

const NOTHING: HostFacts = {
  smi: { kind: 'absent' },
  instances: [],
  module: undefined,
  library: undefined,
  devices: [],
};

async function endpointOf({ env, run }: Stoppable): Promise<string> {
  if (env['DOCKER_HOST']) return env['DOCKER_HOST'];
  try {
    return (await run(engineEndpoint())).stdout.trim();
  } catch (error) {
    if (error instanceof CommandNotFoundError) return '';
    throw error;
  }
}

/** Docker and Podman leave a mark in each container. */
async function runsInContainer(root: string): Promise<boolean> {
  const marks = await Promise.allSettled(
    ['.dockerenv', 'run/.containerenv'].map((mark) => access(join(root, mark))),
  );
  return marks.some(({ status }) => status === 'fulfilled');
}
