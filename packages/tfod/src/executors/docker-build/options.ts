import { parseBuildArgs } from '../../images/build-args';
import { parseCache, type Caches } from '../../images/caches';
import { parseRegistry } from '../../images/repository';
import { plainRequest, type ImagesRequest } from '../../images/request';
import { isProblem, parseSecret, type Secret } from '../../images/secrets';
import { SERVICE_FILE, type TfodProject, type Variant } from '../../service/service';
import { parseTag, type Tag } from '../../values/image-ref';
import { parsePlatform, type Platform } from '../../values/platform';
import { TfodError, type Problem } from '../../values/tfod-error';
import { looksOnly } from './look';
import { formatOf, unknownFormat } from './plan-output';
import type { DockerBuildOptions } from './schema';

/** Brings the options into one form; throws a TfodError with everything that is wrong with them. */
export function imagesRequest(
  workspaceRoot: string,
  service: TfodProject,
  env: NodeJS.ProcessEnv,
  options: DockerBuildOptions,
): ImagesRequest {
  const problems: Problem[] = [...conflicts(options)];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof TfodError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const variants = attempt(() => chosenVariants(service, options.variants));
  const platforms = (options.platforms ?? []).map((text) => attempt(() => parsePlatform(text)));
  const tags = [options.tags ?? []].flat().map((text) => attempt(() => readTag(text)));
  const buildArgs = attempt(() => parseBuildArgs(options.buildArgs ?? {}));
  const registry = attempt(() =>
    options.registry === undefined ? undefined : parseRegistry(options.registry, '--registry'),
  );
  const secrets = parseSecrets(options.secrets ?? [], workspaceRoot);
  const caches = {
    from: parseCaches(options.cacheFrom ?? [], '--cacheFrom', workspaceRoot),
    to: parseCaches(options.cacheTo ?? [], '--cacheTo', workspaceRoot),
  };
  problems.push(...[...secrets, ...caches.from, ...caches.to].filter(isProblem));
  if (problems.length > 0) throw new TfodError(problems);
  return plainRequest(workspaceRoot, service, env, {
    variants: variants as readonly Variant[],
    platforms: [...new Set(platforms as Platform[])],
    tags: tags as string[],
    buildArgs: buildArgs as Readonly<Record<string, string>>,
    secrets: secrets as Secret[],
    caches: caches as Caches,
    force: options.force ?? false,
    goal: options.goal ?? 'local',
    push: options.goal === 'registry' || (options.push ?? false),
    ...(registry !== undefined && { registry }),
    ...(options.frozenLock !== undefined && { frozenLock: options.frozenLock }),
    ...(options.builder !== undefined && { builder: options.builder }),
  });
}

/** Options that cannot both be honoured. */
function conflicts(options: DockerBuildOptions): Problem[] {
  const { plan, check, dryRun, json, builder, explain, since, output } = options;
  const together = (first: string, second: string, why: string): Problem => ({
    code: 'OPTION_UNSUPPORTED',
    what: `${first} and ${second} do not go together: ${why}`,
    where: `${first} ${second}`,
    remedy: 'leave one of them out',
  });
  return [
    ...(dryRun && (plan || check)
      ? [together('--dryRun', plan ? '--plan' : '--check', 'each prints something else')]
      : []),
    ...(dryRun && (explain || since !== undefined)
      ? [together('--dryRun', explain ? '--explain' : '--since', 'each prints something else')]
      : []),
    ...(output === undefined ? [] : outputProblems(output, options)),
    ...(dryRun && json ? [together('--dryRun', '--json', 'a dry run prints commands for a shell')] : []),
    ...(dryRun && builder !== undefined
      ? [
          together(
            '--dryRun',
            '--builder',
            'one command for each image works only where each sees the one before',
          ),
        ]
      : []),
  ];
}

function outputProblems(output: string, options: DockerBuildOptions): Problem[] {
  if (formatOf(output) === undefined) return [unknownFormat(output)];
  if (looksOnly(options) && !options.dryRun) return [];
  return [
    {
      code: 'OPTION_UNSUPPORTED',
      what: '--output is for a plan, and this run makes none',
      where: '--output',
      remedy: 'add --plan, --check or --explain; a build leaves its receipt in dist',
    },
  ];
}

function chosenVariants(service: TfodProject, asked: readonly Variant[] | undefined): readonly Variant[] {
  if (asked === undefined || asked.length === 0) return service.variants;
  const others = asked.filter((variant) => !service.variants.includes(variant));
  if (others.length === 0) return service.variants.filter((variant) => asked.includes(variant));
  throw new TfodError(
    others.map((variant) => ({
      code: 'VARIANT_NOT_THERE',
      what: `${service.name} has no ${variant} image`,
      where: `${service.root}/${SERVICE_FILE} "variants"`,
      expected: service.variants.join(' or '),
      found: `--variants=${asked.join(',')}`,
      remedy: `leave it out, or run nx g tfod:${service.kind ?? 'service'} ${service.name} --directory=${service.root} --variants=${variant} and add it to the variants`,
    })),
  );
}

/** On the command line, Nx makes a number of what looks like one, and 1.10 becomes 1.1. */
export function readTag(
  written: string | number,
  where = '--tags',
  file = 'the options of the target in project.json',
): Tag {
  if (typeof written === 'string') return parseTag(written);
  throw new TfodError({
    code: 'TAG_IS_NUMBER',
    what: 'Nx reads this tag as a number, so it may not be what was written',
    where,
    expected: 'a tag that is no number: 1.4.0 or v1.4',
    found: String(written),
    remedy: `${where}=v${written}, or ${file}, in quotes`,
  });
}

/** The fields of a secret have commas between them as well; each secret starts with its id. */
function parseSecrets(written: readonly string[], workspaceRoot: string): (Secret | Problem)[] {
  if (written.length === 0) return [];
  const texts = written.join(',').split(/,(?=id=)/);
  return texts.map((text) => parseSecret(text, workspaceRoot));
}

/** The fields of a cache have commas between them as well; each cache starts with its type. */
function parseCaches(
  written: readonly string[],
  option: '--cacheFrom' | '--cacheTo',
  workspaceRoot: string,
): (string | Problem)[] {
  if (written.length === 0) return [];
  const texts = written.join(',').split(/,(?=type=)/);
  return texts.map((text) => parseCache(text, option, workspaceRoot));
}
