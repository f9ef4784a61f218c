import type { ShippedLock } from '../../compat/shipped-locks';
import { SERVICE_FILE, VARIANTS, type Runtime } from '../../service/service';
import { isVariant, type Variant } from '../../service/variant';
import { TfodError } from '../../values/tfod-error';
import { placeProblems } from '../project/place';
import { chooseVersions, isJoined, isMove, lockInUse, versionsText } from '../project/versions';
import type { WorkspaceFacts } from '../project/workspace-facts';
import { optionProblems, type AskedRuntime } from './options';

/** What is to be generated: everything has been checked, nothing has been written. */
export interface RuntimePlan {
  readonly runtime: Runtime;
  readonly tags: readonly string[];
  /** The requirements that are copied, and the versions that go with them. */
  readonly lock: ShippedLock;
  /** What stood there before; undefined for a new runtime. */
  readonly before: RuntimeBefore | undefined;
  /** Whether it is to have other versions than before. */
  readonly moves: boolean;
  /** What was asked for and is not done, because a file that stands there says otherwise. */
  readonly notes: readonly string[];
}

/** A runtime that is there, and the set that its files come from if that can be told. */
export interface RuntimeBefore {
  readonly runtime: Runtime;
  readonly lock: ShippedLock | undefined;
}

/** Decides what to generate; throws a `TfodError` with everything that speaks against it. */
export function planRuntime(asked: AskedRuntime, facts: WorkspaceFacts): RuntimePlan {
  const existing = facts.existing?.kind === 'runtime' ? facts.existing : undefined;
  const runtime = runtimeOf(asked, existing);
  const variants = runtime.variants.filter(isVariant);
  const choice = chooseVersions(asked, variants, facts);
  const problems = [
    ...optionProblems(asked),
    ...placeProblems(asked, 'runtime', facts),
    ...facts.existingProblems,
    ...(choice.problems ?? []),
  ];
  if (problems.length > 0 || !choice.lock) throw new TfodError(problems);
  const from = existing && lockInUse(existing.variants, facts);
  return {
    runtime,
    tags: asked.tags,
    lock: choice.lock,
    before: existing && { runtime: existing, lock: from },
    moves: isMove(asked, from && versionsText(from), {
      to: versionsText(choice.lock),
      isJoined: isJoined(asked, variants, facts),
    }),
    notes: keptImage(asked, existing),
  };
}

/** Variants are added to those that are there, for services may stand on them; the image stays. */
function runtimeOf({ name, directory, settings }: AskedRuntime, existing: Runtime | undefined): Runtime {
  const variants = new Set<Variant>([...(existing?.variants ?? []), ...(settings.variants ?? [])]);
  return {
    kind: 'runtime',
    name,
    root: directory,
    variants: variants.size === 0 ? ['cpu'] : VARIANTS.filter((variant) => variants.has(variant)),
    image: existing?.image ?? settings.image ?? name,
  };
}

function keptImage({ settings }: AskedRuntime, existing: Runtime | undefined): readonly string[] {
  const { image } = settings;
  if (existing === undefined || image === undefined || image === existing.image) return [];
  return [
    `${existing.root}/${SERVICE_FILE} still says "image": ${JSON.stringify(existing.image)}; edit it to have ${JSON.stringify(image)}`,
  ];
}
