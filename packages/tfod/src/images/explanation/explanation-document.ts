import { planDocument, type PlanDocument } from '../receipt';
import type { PlannedService } from '../plan-service';
import type { Explanation } from './cause';
import type { ExplainedImage } from './explain-plan';

/** A plan for machines to read, with the causes of each image. */
export interface ExplanationDocument extends Omit<PlanDocument, 'images' | 'standsOn'> {
  readonly images: readonly (PlanDocument['images'][number] & { readonly explanation: Explanation })[];
  readonly standsOn?: readonly (NonNullable<PlanDocument['standsOn']>[number] & {
    readonly explanation: Explanation;
  })[];
}

export function explanationDocument(
  { request }: PlannedService,
  explained: readonly ExplainedImage[],
): ExplanationDocument {
  const { standsOn, ...document } = planDocument(
    request.service,
    explained.map(({ planned }) => planned),
  );
  const explanations = new Map(
    explained.map(({ planned, explanation }) => [
      `${planned.image.key} ${planned.image.platform}`,
      explanation,
    ]),
  );
  const withExplanation = <Entry extends PlanDocument['images'][number]>(entry: Entry) => ({
    ...entry,
    explanation: explanations.get(`${entry.key} ${entry.platform}`) ?? { causes: [] },
  });
  return {
    ...document,
    images: document.images.map(withExplanation),
    ...(standsOn && { standsOn: standsOn.map(withExplanation) }),
  };
}
