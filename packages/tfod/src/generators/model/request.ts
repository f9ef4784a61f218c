import { join } from 'node:path';
import { builtInLabels, isBuiltIn } from '../../models/labels/built-in';
import { formatLabelMap, type Label } from '../../models/labels/label-map';
import { isLabelMap, parseLabels } from '../../models/labels/parse-labels';
import { recordedSha256, WEIGHTS, type Weights } from '../../models/models-lock';
import { addressOf, parseSource, sourceText, type Source } from '../../models/source/source';
import type { Zoo } from '../../models/source/zoo';
import { RULES } from '../../service/rules';
import type { Service } from '../../service/service';
import { parseDigest, type Digest } from '../../values/digest';
import { nearestWord } from '../../values/nearest-word';
import { TfodError, type Problem } from '../../values/tfod-error';
import { nameAsWritten } from '../project/options';
import type { Facts } from './facts';
import type { ModelOptions } from './schema';

/** A label map as a service keeps it, with what it says. */
export interface LabelMap {
  readonly text: string;
  readonly labels: readonly Label[];
  /** From where it is, for messages. */
  readonly where: string;
}

/** What was asked for; all that can be checked before the model is there was checked. */
export interface ModelRequest {
  readonly name: string;
  readonly service: Service;
  readonly source: Source;
  /** The source in the words of the lock. */
  readonly sourceText: string;
  readonly sha256: Digest | undefined;
  readonly maxBytes: number;
  /** The labels that were given; undefined: those that come with the model. */
  readonly labels: LabelMap | undefined;
  readonly labelOffset: number;
  readonly weights: Weights | undefined;
  readonly licence: string | undefined;
  readonly makeDefault: boolean;
}

const BYTES_PER_GIGABYTE = 1e9;

/** Checks the options against the workspace; throws a `TfodError` with everything that speaks against them. */
export function parseRequest(options: ModelOptions, facts: Facts, zoo: Zoo): ModelRequest {
  const problems: Problem[] = [];
  const attempt = <T>(parse: () => T): T | undefined => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof TfodError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const { maxGigabytes = 8, labelOffset = 0, weights } = options;
  const name = String(options.name ?? '');
  problems.push(...nameProblems(options.name), ...projectProblems(options, facts));
  // Without a service nothing else can be known of the model that may be there.
  const source = facts.service && attempt(() => sourceOf(options, name, facts, zoo));
  const given = attempt(() => options.sha256 && parseSha256(String(options.sha256)));
  const labels = attempt(() => labelsOf(options, facts));
  problems.push(
    ...facts.problems,
    ...offsetProblems(options),
    ...sizeProblems(maxGigabytes),
    ...weightsProblems(weights, source?.source),
  );
  if (problems.length > 0 || !facts.service || !source) throw new TfodError(problems);
  const url = addressOf(source.source)?.href;
  const locks = [facts.lock, ...facts.otherLocks];
  return {
    name,
    service: facts.service,
    source: source.source,
    sourceText: source.text,
    sha256: given || (url === undefined ? undefined : recordedSha256(locks, url)),
    maxBytes: Math.round(maxGigabytes * BYTES_PER_GIGABYTE),
    labels,
    labelOffset,
    weights,
    licence: options.licence,
    makeDefault: options.default ?? false,
  };
}

/** Without `--source`, the model comes from where it came from before, or is the one that lies in its folder. */
function sourceOf(
  { source }: ModelOptions,
  name: string,
  { workspaceRoot, lock, service, hasSavedModel, description }: Facts,
  zoo: Zoo,
): { source: Source; text: string } {
  if (source !== undefined) {
    const parsed = parseSource(source, workspaceRoot, zoo);
    return { source: parsed, text: sourceText(parsed) };
  }
  const locked = lock.get(name);
  if (locked?.url !== undefined)
    return { source: { kind: 'address', url: new URL(locked.url) }, text: locked.source };
  if (locked?.source === 'demo') return { source: { kind: 'demo' }, text: 'demo' };
  if (hasSavedModel && service) {
    const path = join(workspaceRoot, service.root, 'models', name);
    return {
      source: { kind: 'path', path },
      text: locked?.source ?? sourceIn(description) ?? `file:${name}`,
    };
  }
  throw new TfodError({
    code: 'MODEL_SOURCE',
    what: 'It is not known where the model comes from',
    where: '--source',
    expected: 'demo, zoo:<slug>, https://….tar.gz, or the path of a folder or an archive',
    remedy: 'give one; nx g tfod:model --list shows the models of the zoo',
  });
}

function sourceIn(description: string | undefined): string | undefined {
  try {
    const { source } = JSON.parse(description ?? '{}') as { source?: unknown };
    return typeof source === 'string' ? source : undefined;
  } catch {
    return undefined; // is written anew
  }
}

/** With or without `sha256:` in front, as the tools print it. */
function parseSha256(text: string): Digest {
  const hex = text
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, '');
  try {
    return parseDigest(`sha256:${hex}`);
  } catch (error) {
    if (!(error instanceof TfodError)) throw error;
    const [problem] = error.problems;
    throw new TfodError({ ...(problem as Problem), where: '--sha256', found: JSON.stringify(text) });
  }
}

function labelsOf(
  { labels: name, labelOffset = 0 }: ModelOptions,
  { givenLabels }: Facts,
): LabelMap | undefined {
  if (name === undefined) return undefined;
  if (isBuiltIn(name)) return labelMapOf(formatLabelMap(builtInLabels(name)), name, labelOffset);
  return givenLabels === undefined ? undefined : labelMapOf(givenLabels, name, labelOffset);
}

/** A label map stays as it was written, with what else is in it; all else becomes one. */
export function labelMapOf(text: string, where: string, offset = 0): LabelMap {
  const labels = parseLabels(text, where, offset);
  return { text: isLabelMap(text) && offset === 0 ? text : formatLabelMap(labels), labels, where };
}

function nameProblems(given: ModelOptions['name']): readonly Problem[] {
  if (given !== undefined) return RULES.model(nameAsWritten(given), 'the name');
  return [
    {
      code: 'MODEL_NAME',
      what: 'The model has no name',
      expected: 'the folder under models/ that it goes into',
      remedy: 'nx g tfod:model ssd --project=… --source=…',
    },
  ];
}

function projectProblems({ project }: ModelOptions, { services }: Facts): readonly Problem[] {
  if (project !== undefined && services.has(project)) return [];
  const names = [...services.keys()];
  const meant = project === undefined ? undefined : nearestWord(project, names);
  return [
    {
      code: 'SERVICE_NOT_FOUND',
      what:
        project === undefined
          ? 'It is not said which service gets the model'
          : `There is no service ${project}`,
      where: '--project',
      expected: names.join(', ') || 'a service; the workspace has none',
      ...(project !== undefined && { found: project }),
      remedy: meant === undefined ? 'name a project with a tfod.json' : `did you mean ${meant}?`,
    },
  ];
}

function offsetProblems({ labels, labelOffset = 0 }: ModelOptions): readonly Problem[] {
  if (Number.isSafeInteger(labelOffset) && (labels !== undefined || labelOffset === 0)) return [];
  return [
    {
      code: 'LABELS_OFFSET',
      what: 'This offset cannot be added to the ids of labels',
      where: '--labelOffset',
      expected: 'a whole number, with --labels',
      found: labels === undefined ? `${labelOffset} without --labels` : String(labelOffset),
      remedy: 'give the labels that the offset is for',
    },
  ];
}

function sizeProblems(maxGigabytes: number): readonly Problem[] {
  if (Number.isFinite(maxGigabytes) && maxGigabytes > 0) return [];
  return [
    {
      code: 'MODEL_SIZE',
      what: 'This is not a size',
      where: '--maxGigabytes',
      expected: 'a number above 0',
      found: String(maxGigabytes),
      remedy: 'leave it out to allow 8 GB',
    },
  ];
}

function weightsProblems(weights: Weights | undefined, source: Source | undefined): readonly Problem[] {
  if (weights !== undefined && !WEIGHTS.includes(weights)) {
    return [
      {
        code: 'MODEL_WEIGHTS',
        what: 'Weights are not kept in this way',
        where: '--weights',
        expected: WEIGHTS.join(' or '),
        found: JSON.stringify(weights),
        remedy: 'choose one, or leave it out',
      },
    ];
  }
  if (weights !== 'fetched' || source === undefined || addressOf(source) !== undefined) return [];
  return [
    {
      code: 'MODEL_WEIGHTS',
      what: 'A model of this machine cannot be fetched by another one',
      where: '--weights=fetched',
      expected: 'a source of the zoo or an https:// address',
      found: sourceText(source),
      remedy:
        'leave --weights out to commit the weights, in Git LFS if they are large; or upload the archive and give its address',
    },
  ];
}
