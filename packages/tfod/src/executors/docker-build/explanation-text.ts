import type { Nearest } from '../../images/explanation/cause';
import { explanationLines, type ExplainedImage } from '../../images/explanation/explain-plan';

/** Each image, below it the chain of causes, and with what it was compared. */
export function explanationText(explained: readonly ExplainedImage[], project: string): string {
  return explained
    .flatMap((each) => [headline(each), ...below(each, project).map((line) => `  ${line}`)])
    .join('\n');
}

function headline({ planned: { image, verdict } }: ExplainedImage): string {
  return `${image.name}: ${verdict}`;
}

function below(each: ExplainedImage, project: string): readonly string[] {
  const { planned, explanation } = each;
  const { nearest } = explanation;
  const lines = explanationLines(each, project);
  if (nearest === undefined) return lines;
  const compared = `compared with ${nameOf(nearest)} (${nearest.from})`;
  if (lines.length > 0) return nearest.key === planned.image.key ? lines : [...lines, compared];
  if (nearest.key !== planned.image.key) return [compared];
  return [`nothing to do: ${nameOf(nearest)} was made from the same`, ...planned.reasons];
}

function nameOf({ ref, key }: Nearest): string {
  return ref ?? key;
}
