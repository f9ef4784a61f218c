import { oneNameEach } from '../image';
import { explanationLines, type ExplainedImage } from '../explanation/explain-plan';

/** One image as the page shows it. */
export interface PageImage {
  /** Unique on the page. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  readonly ref: string;
  readonly key: string;
  readonly platform: string;
  readonly verdict: string;
  /** Why it must be built, or what is unusual about it, in short. */
  readonly reasons: readonly string[];
  /** The same, each with the whole way from the image to the cause. */
  readonly lines: readonly string[];
  readonly nearest?: string;
  readonly parents: readonly Parent[];
}

export interface Parent {
  readonly id: string;
  /** Whether the image must be built because this parent is another one. */
  readonly isCause: boolean;
}

/** The plan of one project. */
export interface ExplainedPlan {
  readonly project: string;
  readonly images: readonly ExplainedImage[];
}

/** The images of several plans; one that services share is one, by its key. Parents before children. */
export function pageImages(plans: readonly ExplainedPlan[]): readonly PageImage[] {
  const images = new Map<string, PageImage>();
  for (const { project, images: explained } of plans) {
    const ids = new Map(explained.map(({ planned }) => [planned.image.name, idOf(planned)]));
    for (const each of explained) {
      const id = idOf(each.planned);
      const known = images.get(id);
      if (known === undefined) images.set(id, pageImage(each, project, ids));
    }
  }
  return [...images.values()];
}

function pageImage(explained: ExplainedImage, project: string, ids: ReadonlyMap<string, string>): PageImage {
  const { planned, explanation } = explained;
  const { image, verdict } = planned;
  const { nearest, causes } = explanation;
  const causing = new Set(causes.flatMap((cause) => (cause.input === 'parent' ? cause.alias : [])));
  return {
    id: idOf(planned),
    name: nameOf(explained, project),
    ref: image.ref,
    key: image.key,
    platform: image.platform,
    verdict,
    reasons: planned.reasons,
    lines: verdict === 'present' ? planned.reasons : explanationLines(explained, project),
    ...(nearest !== undefined &&
      nearest.key !== image.key && {
        nearest: `${nearest.ref ?? nearest.key.slice(0, 12)} (${nearest.from})`,
      }),
    parents: oneNameEach(image, Object.keys(image.parents)).flatMap((alias) => {
      const id = ids.get(image.parents[alias] ?? '');
      return id === undefined ? [] : [{ id, isCause: causing.has(alias) }];
    }),
  };
}

function idOf({ image }: ExplainedImage['planned']): string {
  return `i-${image.key.slice(0, 16)}-${image.platform.replaceAll('/', '-')}`;
}

/** Base and runtime by their role, a service by its own name and the variant. */
function nameOf({ planned: { image } }: ExplainedImage, project: string): string {
  if (image.role !== 'service') return image.role;
  return `${image.facts.other?.name ?? project} ${image.variant ?? ''}`.trim();
}
