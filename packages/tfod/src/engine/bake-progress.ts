import { StringDecoder } from 'node:string_decoder';
import type { BuildEvent, StepFailure } from './engine';
import { JsonStream } from './json-stream';
import type { StepOrigin } from './step-origins';

const TAIL_LINES = 40;
/** The error of a step that was stopped because another one had failed. */
const CANCELED = /context cancell?ed|graceful_stop/i;

/**
 * Turns the lines of `docker buildx bake --progress=rawjson` into what happened to each target. A step that
 * several targets share is told once, for the target that comes first in `targets`: put parents first.
 */
export class BakeProgress {
  readonly #stream = new JsonStream();
  readonly #vertices = new Map<string, VertexState>();
  readonly #text: string[] = [];
  readonly #failures = new Map<string, StepFailure>();

  constructor(
    private readonly targets: readonly string[],
    private readonly originOf: StepOrigin = (target) => target,
  ) {}

  /** One line of output. */
  read(line: string): BuildEvent[] {
    return this.#stream.read(line).flatMap((item) => {
      if ('document' in item) return this.#readStatus(item.document as SolveStatus);
      this.#text.push(item.text);
      return [];
    });
  }

  /** Why targets failed, and the plain text that the builder ended with. */
  end(): { readonly failures: ReadonlyMap<string, StepFailure>; readonly message: string } {
    const message = this.#text
      .filter((line) => line.trim() !== '')
      .slice(-TAIL_LINES)
      .join('\n');
    const named = /^ERROR: target (\S+?): (.*)$/m.exec(message);
    if (named && this.#failures.size === 0 && this.targets.includes(named[1] ?? '')) {
      return {
        message,
        failures: new Map([[named[1] ?? '', { step: '', error: named[2] ?? '', tail: [] }]]),
      };
    }
    return { failures: this.#failures, message };
  }

  #readStatus({ vertexes, logs }: SolveStatus): BuildEvent[] {
    for (const vertex of vertexes ?? []) this.#know(vertex);
    return [
      ...(vertexes ?? []).flatMap((vertex) => this.#advance(vertex)),
      ...(logs ?? []).flatMap((log) => this.#log(log)),
    ];
  }

  #know({ digest, name }: Vertex): void {
    const label = this.#readName(name);
    if (label === undefined) return;
    const known = this.#vertices.get(digest);
    if (known === undefined) {
      this.#vertices.set(digest, { ...label, phase: 'waiting', tail: [], unfinished: new Map() });
    } else if (known.phase === 'waiting') {
      known.owner = Math.min(known.owner, label.owner);
    }
  }

  /**
   * `[tf build 2/3] RUN a` is step `2/3 RUN a` of the target tf. With one target, buildx leaves its name out.
   * Undefined for what BuildKit does for itself, of which a person need not hear.
   */
  #readName(name: string): { owner: number; step: string } | undefined {
    const [, inside = '', rest = name] = /^\[([^\]]*)\]\s*(.*)$/s.exec(name) ?? [];
    const words = inside.split(' ');
    const named = (this.targets.length === 1 ? this.targets[0] : words.shift()) ?? '';
    const text = rest.replace(/\s+/g, ' ').trim();
    const reads = words[0] === 'internal' || words[0] === 'context';
    if (!this.targets.includes(named) || (reads && text.startsWith('load ') && text !== 'load build context'))
      return undefined;
    const place = words.find((word) => /^\d+\/\d+$/.test(word));
    if (place === undefined) return { owner: this.targets.indexOf(named), step: text };
    const step = `${place} ${text}`;
    return { owner: this.targets.indexOf(this.originOf(named, step)), step };
  }

  #advance(vertex: Vertex): BuildEvent[] {
    const state = this.#vertices.get(vertex.digest);
    if (state === undefined || (state.phase === 'ended' && vertex.completed)) return [];
    const about = { target: this.#nameOf(state), step: state.step };
    const events: BuildEvent[] = [];
    if (vertex.started && state.phase !== 'running' && !vertex.cached) {
      state.phase = 'running';
      events.push({ type: 'started', ...about });
    }
    if (!vertex.completed) return events;
    state.phase = 'ended';
    if (vertex.cached) return [{ type: 'cached', ...about }];
    if (vertex.error)
      return CANCELED.test(vertex.error) ? events : [...events, this.#fail(state, vertex.error)];
    const seconds = (Date.parse(vertex.completed) - Date.parse(vertex.started ?? vertex.completed)) / 1000;
    return [...events, { type: 'finished', ...about, seconds }];
  }

  #fail(state: VertexState, error: string): BuildEvent {
    const target = this.#nameOf(state);
    const unfinished = [...state.unfinished.values()].map(({ text }) => text).filter(Boolean);
    const failure = { step: state.step, error, tail: [...state.tail, ...unfinished].slice(-TAIL_LINES) };
    this.#failures.set(target, failure);
    return { type: 'failed', target, failure };
  }

  /** Logs come in pieces that need not end with a line. */
  #log({ vertex, stream = 1, data }: VertexLog): BuildEvent[] {
    const state = this.#vertices.get(vertex);
    if (state === undefined) return [];
    const { decoder, text } = state.unfinished.get(stream) ?? {
      decoder: new StringDecoder('utf8'),
      text: '',
    };
    const lines = (text + decoder.write(Buffer.from(data, 'base64'))).split(/\r?\n/);
    state.unfinished.set(stream, { decoder, text: lines.pop() ?? '' });
    state.tail = [...state.tail, ...lines].slice(-TAIL_LINES);
    return lines.map((line) => ({ type: 'log', target: this.#nameOf(state), line }));
  }

  #nameOf({ owner }: VertexState): string {
    return this.targets[owner] ?? '';
  }
}

interface VertexState {
  owner: number;
  readonly step: string;
  phase: 'waiting' | 'running' | 'ended';
  tail: string[];
  /** What came after the last line break, by stream. */
  readonly unfinished: Map<number, { readonly decoder: StringDecoder; readonly text: string }>;
}

/** The parts of BuildKit's `client.SolveStatus` that are read here. */
interface SolveStatus {
  readonly vertexes?: readonly Vertex[] | null;
  readonly logs?: readonly VertexLog[] | null;
}

interface Vertex {
  readonly digest: string;
  readonly name: string;
  /** RFC 3339. */
  readonly started?: string;
  readonly completed?: string;
  readonly cached?: boolean;
  readonly error?: string;
}

interface VertexLog {
  readonly vertex: string;
  /** 1: standard output, 2: standard error. */
  readonly stream?: number;
  /** Base64. */
  readonly data: string;
}
