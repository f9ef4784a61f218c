import { TfodError } from '../../values/tfod-error';
import type { PlannedService } from '../plan-service';
import type { PlannedImage } from '../plan';
import type { Explanation } from './cause';
import { causeLines } from './cause-text';
import { Explainer } from './explainer';
import { keyAskedFor } from './asked-key';

/** A planned image, and what it differs in from another one. */
export interface ExplainedImage {
  readonly planned: PlannedImage;
  readonly explanation: Explanation;
}

/** Explains each image of a plan; one that is there differs from itself in nothing. */
export function explainPlan({ plan, images, facts }: PlannedService): readonly ExplainedImage[] {
  const explainer = new Explainer({ images, present: facts.present, kept: facts.kept });
  return plan.map((planned) => ({ planned, explanation: explanationOf(planned, explainer) }));
}

function explanationOf(planned: PlannedImage, explainer: Explainer): Explanation {
  const { image, verdict, found, missingRefs } = planned;
  if (verdict === 'build') return planned.explanation ?? explainer.explain(image);
  const { key, ref } = image;
  if (found === undefined) return { nearest: { key, ref, from: 'the registry' }, causes: [] };
  const name = missingRefs.includes(ref) ? found.refs[0] : ref;
  return { nearest: { key, from: 'the engine', ...(name !== undefined && { ref: name }) }, causes: [] };
}

/**
 * Tells what the image of the same kind differs in from one of the past, which is named by its key, by the tag that
 * carries it, or by any ref that the engine knows. Throws SINCE_UNKNOWN and SINCE_OTHER_IMAGE.
 */
export function explainSince(
  { plan, images, facts, request }: PlannedService,
  asked: string,
): readonly ExplainedImage[] {
  const explainer = new Explainer({ images, present: facts.present, kept: facts.kept });
  const key = keyAskedFor(asked, facts.present, facts.kept);
  const record = key && explainer.find(key)?.record;
  if (key === undefined || record === undefined) throw unknown(asked);
  const ofKind = plan.filter(
    ({ image }) => image.role === record.role && image.variant === record.variant && !image.facts.other,
  );
  const explained = ofKind.flatMap((planned) => {
    const explanation = explainer.explainSince(planned.image, key);
    return explanation ? [{ planned, explanation }] : [];
  });
  if (explained.length === 0) throw otherKind(asked, record.role, request.service.name);
  return explained;
}

/** The causes as lines that begin with what people call the image; else the plan's reasons. */
export function explanationLines(
  { planned, explanation }: ExplainedImage,
  project: string,
): readonly string[] {
  const { causes } = explanation;
  const plain = causeLines(causes);
  const others =
    planned.verdict === 'present' ? [] : planned.reasons.filter((reason) => !plain.includes(reason));
  return [...others, ...causeLines(causes, calledBy(planned, project))];
}

function calledBy({ image }: PlannedImage, project: string): string {
  return image.role === 'service' ? (image.facts.other?.name ?? project) : image.name;
}

function unknown(asked: string): TfodError {
  return new TfodError({
    code: 'SINCE_UNKNOWN',
    what: 'Nothing tells what this image was made from',
    where: '--since',
    expected: 'a key, a tag k-…, or the name of an image in the engine that tfod built',
    found: asked,
    remedy:
      'docker pull the image if a registry has it; docker image ls --filter label=dev.tfod.key lists those here',
  });
}

function otherKind(asked: string, role: string, project: string): TfodError {
  return new TfodError({
    code: 'SINCE_OTHER_IMAGE',
    what: `${project} has no image of this kind among those it plans`,
    where: '--since',
    expected: 'an image of the same role and variant',
    found: `${asked}, a ${role} image`,
    remedy: 'name another image, or plan the variant that it is of',
  });
}
