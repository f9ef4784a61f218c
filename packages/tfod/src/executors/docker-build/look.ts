import { explainPlan, explainSince, type ExplainedImage } from '../../images/explanation/explain-plan';
import { explanationDocument } from '../../images/explanation/explanation-document';
import { planPage } from '../../images/plan-page/plan-page';
import type { PlannedService } from '../../images/plan-service';
import { formatDocument, planDocument } from '../../images/receipt';
import { explanationText } from './explanation-text';
import { formatOf, writePlan } from './plan-output';
import type { DockerBuildOptions } from './schema';
import { planTable } from './tables';

/** Whether a run changes nothing and prints what it found. */
export function looksOnly({ plan, check, dryRun, explain, since }: DockerBuildOptions): boolean {
  return plan || check || dryRun || explain || since !== undefined || false;
}

/** A service that is only looked at. */
export interface Looked {
  readonly planned: PlannedService;
  readonly options: DockerBuildOptions;
}

/** What --plan, --check and --explain print. */
export function look({ planned, options }: Looked): string {
  return (options.json ? jsonOf(planned, options) : textOf(planned, options)).trimEnd();
}

/** Writes the files of --output; services that name the same file share it. */
export async function writeOutputs(looked: readonly Looked[]): Promise<void> {
  for (const output of new Set(looked.flatMap(({ options }) => options.output ?? []))) {
    const all = looked.filter(({ options }) => options.output === output);
    const [{ planned } = {}] = all;
    if (planned === undefined) continue;
    const text = formatOf(output) === 'html' ? pageOf(all) : documentsOf(all);
    await writePlan(planned.request.workspaceRoot, output, text);
  }
}

/** One document, or the list of several. */
function documentsOf(looked: readonly Looked[]): string {
  const documents = looked.map(({ planned, options }) => jsonOf(planned, options));
  return documents.length === 1
    ? documents.join('')
    : `[${documents.map((text) => text.trimEnd()).join(', ')}]\n`;
}

function textOf(planned: PlannedService, options: DockerBuildOptions): string {
  const explained = explainedBy(planned, options);
  return explained ? explanationText(explained, planned.request.service.name) : planTable(planned.plan);
}

function jsonOf(planned: PlannedService, options: DockerBuildOptions): string {
  const explained = explainedBy(planned, options);
  return formatDocument(
    explained ? explanationDocument(planned, explained) : planDocument(planned.request.service, planned.plan),
  );
}

function pageOf(looked: readonly Looked[]): string {
  return planPage(
    looked.map(({ planned }) => ({
      project: planned.request.service.name,
      images: explainPlan(planned),
    })),
  );
}

function explainedBy(
  planned: PlannedService,
  { explain, since }: DockerBuildOptions,
): readonly ExplainedImage[] | undefined {
  if (since !== undefined) return explainSince(planned, since);
  return explain ? explainPlan(planned) : undefined;
}
