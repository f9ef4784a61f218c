import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Variant } from '../../service/variant';
import { serviceNames, type Fleet, type FleetService, type Project } from './fleet';
import { declaredArgs } from './oracle';
import { filesIn } from './observed';

/** What `docker buildx bake` reads. */
interface BakeTarget {
  readonly context: string;
  readonly contexts: Readonly<Record<string, string>>;
  readonly dockerfile?: string;
  readonly 'dockerfile-inline'?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly output: readonly string[];
}

export interface Tree {
  readonly fleet: Fleet;
  /** Where the fleet lies on disk. */
  readonly root: string;
}

/** Everything below /files of the service's image, as a person gets it who builds the tree as it is, without a cache. */
export function builtPlainly(tree: Tree, service: string, variant: Variant): Record<string, string> {
  const targets = Object.fromEntries(
    serviceNames(tree.fleet).flatMap((name) => Object.entries(targetsOf(tree, name, service))),
  );
  return filesOf(tree, `target:${service}-service-${variant}`, targets, ['--no-cache']);
}

/** Everything below /files of an image that the engine has. */
export function filesOfImage(tree: Tree, ref: string): Record<string, string> {
  return filesOf(tree, `docker-image://${ref}`, {}, []);
}

function filesOf(
  { root }: Tree,
  image: string,
  targets: Readonly<Record<string, BakeTarget>>,
  flags: readonly string[],
): Record<string, string> {
  const folder = `${root}.look`;
  const out = join(folder, 'out');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'nothing'), { recursive: true });
  const look: BakeTarget = {
    context: join(folder, 'nothing'),
    contexts: { image },
    'dockerfile-inline': 'FROM scratch\nCOPY --from=image /files /\n',
    output: [`type=local,dest=${out}`],
  };
  const file = join(folder, 'bake.json');
  writeFileSync(file, JSON.stringify({ target: { ...targets, look } }));
  bake(['--file', file, '--progress', 'plain', ...flags, 'look'], folder);
  return filesIn(out);
}

/** BuildKit loses its client now and then on a busy machine (moby/buildkit issue 748). */
function bake(args: readonly string[], cwd: string, tries = 3): void {
  try {
    execFileSync('docker', ['buildx', 'bake', ...args], {
      stdio: 'pipe',
      env: { ...process.env, BUILDX_BAKE_ENTITLEMENTS_FS: '0' },
      cwd,
    });
  } catch (error) {
    if (tries === 1 || !/only one connection allowed/.test(String(error))) throw error;
    bake(args, cwd, tries - 1);
  }
}

function targetsOf({ fleet, root }: Tree, name: string, asked: string): Record<string, BakeTarget> {
  const project = fleet.projects[name] as Project & { service: FleetService };
  const { service } = project;
  const declared = declaredArgs(service);
  const given = Object.entries(name === asked ? fleet.buildArgs : {}).filter(([arg]) => declared.has(arg));
  const target = (dockerfile: string, contexts: Readonly<Record<string, string>>): BakeTarget => ({
    context: join(root, project.root),
    dockerfile,
    contexts: { ...outside(fleet, root), ...contexts },
    args: { MODEL: service.model, ...Object.fromEntries(given) },
    output: [],
  });
  const runtimes = { cpu: 'tf', gpu: 'gpu', lite: 'lite' } as const;
  return Object.fromEntries([
    [`${name}-base`, target('docker/base.Dockerfile', {})],
    ...service.variants.flatMap((variant) => [
      [
        `${name}-${runtimes[variant]}`,
        target(`docker/${runtimes[variant]}.Dockerfile`, { base: `target:${name}-base` }),
      ],
      [
        `${name}-service-${variant}`,
        target('Dockerfile', {
          ...servicesBelow(fleet, variant, name),
          runtime: `target:${name}-${runtimes[variant]}`,
        }),
      ],
    ]),
  ]) as Record<string, BakeTarget>;
}

function outside({ projects, pins }: Fleet, root: string): Record<string, string> {
  const libraries = Object.entries(projects).filter(([, { service }]) => service === undefined);
  return {
    'tfod-runtime': join(root, 'wheel'),
    ...Object.fromEntries(libraries.map(([name, project]) => [name, join(root, project.root)])),
    ...Object.fromEntries(
      Object.entries(pins).map(([ref, digest]) => [
        ref,
        `docker-image://${ref.slice(0, ref.indexOf(':'))}@${digest}`,
      ]),
    ),
  };
}

function servicesBelow(fleet: Fleet, variant: Variant, self: string): Record<string, string> {
  const lines = fleet.projects[self]?.service?.dockerfiles['Dockerfile'] ?? [];
  const named = lines.flatMap((line) =>
    line.kind === 'from' ? [line.base] : 'from' in line ? [line.from] : [],
  );
  const others = serviceNames(fleet).filter((name) => named.includes(name));
  return Object.fromEntries(others.map((name) => [name, `target:${name}-service-${variant}`]));
}
