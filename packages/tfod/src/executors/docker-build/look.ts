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

/** What --plan, --check and --explain print; with --output a file is written as well. */
export async function look(planned: PlannedService, options: DockerBuildOptions): Promise<string> {
  const { output } = options;
  if (output !== undefined) {
    const text = formatOf(output) === 'html' ? pageOf(planned) : jsonOf(planned, options);
    await writePlan(planned.request.workspaceRoot, output, text);
  }
  return (options.json ? jsonOf(planned, options) : textOf(planned, options)).trimEnd();
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

function pageOf(planned: PlannedService): string {
  return planPage([{ project: planned.request.service.name, images: explainPlan(planned) }]);
}

function explainedBy(
  planned: PlannedService,
  { explain, since }: DockerBuildOptions,
): readonly ExplainedImage[] | undefined {
  if (since !== undefined) return explainSince(planned, since);
  return explain ? explainPlan(planned) : undefined;
}
