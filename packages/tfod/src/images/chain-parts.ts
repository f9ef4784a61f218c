import type { Runtime, TfodProject } from '../service/service';
import type { Variant } from '../service/variant';
import { chainLinks, runtimeLinks, serviceLinks, topmost, type Link } from './role';

/** The images of a chain that one project makes. */
export interface ChainPart {
  readonly maker: TfodProject;
  readonly links: readonly Link[];
}

/** Who makes which image of a project's chain, parents before children; `runtime` is what a service stands on. */
export function chainParts(
  project: TfodProject,
  variants: readonly Variant[],
  runtime: Runtime | undefined,
): readonly ChainPart[] {
  if (project.kind === 'runtime') return [{ maker: project, links: topmost(runtimeLinks(variants)) }];
  if (runtime === undefined) return [{ maker: project, links: chainLinks(variants) }];
  return [
    { maker: runtime, links: runtimeLinks(variants) },
    { maker: project, links: serviceLinks(variants) },
  ];
}
