import { SERVICE_FILE } from '../service/service';
import { TfodError, type Problem } from '../values/tfod-error';
import { identityOf } from './join-plans';
import type { Planned, PlannedService } from './plan-service';

/**
 * Refuses the services of which two want one name for images that differ: it would mean the image of the last, and the
 * receipt of the first would lie. Equal images may share their names, and the names made from keys are never taken.
 */
export function refuseTakenNames(outcomes: readonly Planned[]): readonly Planned[] {
  const wanting = servicesByName(outcomes);
  return outcomes.map((outcome) => {
    if ('error' in outcome) return outcome;
    const problems = [...wanting].flatMap(([name, claims]) => {
      const rival = rivalOf(outcome, claims);
      return rival === undefined ? [] : [taken(name, outcome, rival)];
    });
    return problems.length === 0 ? outcome : { request: outcome.request, error: new TfodError(problems) };
  });
}

/** What a service would have a name mean: an image, or the images of several platforms. */
type Claims = ReadonlyMap<PlannedService, string>;

function servicesByName(outcomes: readonly Planned[]): ReadonlyMap<string, Claims> {
  const names = new Map<string, Map<PlannedService, string>>();
  for (const outcome of outcomes) {
    if ('error' in outcome) continue;
    for (const [name, meaning] of meaningsIn(outcome)) {
      names.set(name, (names.get(name) ?? new Map<PlannedService, string>()).set(outcome, meaning));
    }
  }
  return names;
}

/** What each name of a service means. An index has no name but in the registry. */
function meaningsIn({ images, request }: PlannedService): ReadonlyMap<string, string> {
  const meanings = new Map<string, string>();
  for (const image of images) {
    for (const ref of image.refs) meanings.set(ref, identityOf(image));
    for (const ref of request.push ? image.indexRefs : []) {
      meanings.set(ref, `${meanings.get(ref) ?? ''} ${identityOf(image)}`);
    }
  }
  return meanings;
}

function rivalOf(service: PlannedService, claims: Claims): PlannedService | undefined {
  const meaning = claims.get(service);
  if (meaning === undefined) return undefined;
  return [...claims].find(([other, meant]) => meant !== meaning && nameOf(other) !== nameOf(service))?.[0];
}

function nameOf({ request }: PlannedService): string {
  return request.service.name;
}

function taken(name: string, service: PlannedService, rival: PlannedService): Problem {
  return {
    code: 'IMAGE_NAME_TAKEN',
    what: `${nameOf(service)} and ${nameOf(rival)} both want the name ${name}`,
    where: whereOf(service),
    expected: 'a name that means one image',
    found: `another image of that name in ${whereOf(rival)}`,
    remedy: 'give one of the two another "image"',
  };
}

function whereOf({ request }: PlannedService): string {
  return `${request.service.root}/${SERVICE_FILE} "image"`;
}
