import type { ExecutorContext } from '@nx/devkit';
import { dockerEngine } from '../../engine/docker';
import type { Engine } from '../../engine/engine';
import { planService } from '../../images/plan-service';
import { planPromotion } from '../../images/promotion/plan-promotion';
import { promote, writePromotion } from '../../images/promotion/promote';
import { formatPromotion, type PromotedName } from '../../images/promotion/promotion';
import type { Machine } from '../../images/request';
import { print, report } from '../../screen/screen';
import { readTfodProject } from '../../service/read-service';
import { imagesRequest, readTag } from '../docker-build/options';
import { imageOptions } from '../image-options';
import { projectRoots } from '../project-roots';
import { runExecutor } from '../run-executor';
import type { PromoteOptions } from './schema';

/** What the executor touches; tests give their own. */
export interface Surroundings {
  readonly engine: Engine;
  readonly env: NodeJS.ProcessEnv;
  readonly print: (text: string) => void;
  readonly report: (line: string) => void;
  readonly wheelFolder?: string;
}

const HERE: Surroundings = {
  engine: dockerEngine(),
  env: process.env,
  print,
  report,
};

const STOPPED = {
  code: 'PROMOTION_STOPPED',
  what: 'The promotion was stopped; some names may have been given already',
  remedy: 'run promote again: what was named stays as it is',
};

/** The keys are what matters; whether the engine has the images does not, so it need not even run. */
const KEYS_ALONE = { needsEngine: false, writesPins: false, fetchesWeights: false, asksRegistry: false };

/** Gives the images of a service, as this tree makes them and the registry has them, the names of a release. */
export default async function promoteImages(
  options: PromoteOptions,
  context: Pick<ExecutorContext, 'root' | 'projectName' | 'projectsConfigurations' | 'configurationName'>,
  surroundings: Surroundings = HERE,
): Promise<{ success: boolean }> {
  return runExecutor(STOPPED, surroundings.report, async (signal) => {
    await run(options, context, surroundings, signal);
    return true;
  });
}

async function run(
  options: PromoteOptions,
  context: Parameters<typeof promoteImages>[1],
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { root: workspaceRoot, projectName: name = '' } = context;
  const root = context.projectsConfigurations.projects[name]?.root ?? '';
  const service = await readTfodProject(workspaceRoot, { name, root });
  const { tag: written, overwrite = false, dryRun = false, json = false, ...images } = options;
  const tag = readTag(written, '--tag');
  const asked = { ...imageOptions(context), ...images, push: true, frozenLock: true };
  const request = {
    ...imagesRequest(workspaceRoot, service, surroundings.env, asked),
    projects: projectRoots(context),
  };
  const machine = machineOf(json, surroundings, signal);
  const planned = await planService(request, machine, KEYS_ALONE);
  const names = await planPromotion(planned, { tag, overwrite });
  const given = dryRun
    ? names.map((each) => each.name)
    : await promote(names, planned.registries, machine.report);
  const promotion = { service: name, tag, names: given };
  if (!dryRun) await writePromotion(workspaceRoot, root, promotion);
  surroundings.print(
    json ? formatPromotion(promotion).trimEnd() : given.map((each) => line(each, dryRun)).join('\n'),
  );
}

function line({ ref, digest, verdict, before }: PromotedName, dryRun: boolean): string {
  const done = dryRun ? 'would be' : 'is';
  const moved = before === undefined ? '' : `, and no longer ${before}`;
  return verdict === 'present' ? `${ref} is ${digest} already` : `${ref} ${done} ${digest}${moved}`;
}

function machineOf(
  json: boolean,
  { engine, env, wheelFolder, ...screen }: Surroundings,
  signal: AbortSignal,
): Machine {
  return {
    engine,
    env,
    report: json ? screen.report : screen.print,
    verbose: false,
    signal,
    ...(wheelFolder !== undefined && { wheelFolder }),
  };
}
