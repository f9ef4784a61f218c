import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SecureContext } from 'node:tls';
import { httpRequest, ProxyRefused } from '../network/http-request';
import { isBusy, waitOf } from '../network/retry-after';
import { TfodError } from '../values/tfod-error';
import { failed, unreachable } from './registry-problems';

/** How patient the client is. */
export interface Patience {
  /** For one answer, with its body. */
  readonly answerMs: number;
  /** How often something is asked that the registry is too busy for. */
  readonly attempts: number;
  /** Before the second attempt, when the registry names no time; doubles from one to the next. */
  readonly firstPauseMs: number;
}

export const PATIENCE: Patience = { answerMs: 20_000, attempts: 4, firstPauseMs: 500 };

/** The way to registries. */
export interface Network {
  readonly env: NodeJS.ProcessEnv;
  readonly trust: SecureContext | undefined;
  readonly patience: Patience;
  readonly signal?: AbortSignal;
}

export interface Question {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Far above what a manifest or a configuration of an image has; registries refuse manifests above 4 MiB. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Enough at once for a fleet, and few enough for a registry not to take it for an attack. */
const CONNECTIONS = 16;
const BROKEN = new Set(['ECONNRESET', 'EPIPE']);

/** Asks over kept connections, again where the registry is busy; throws REGISTRY_UNREACHABLE or REGISTRY_FAILED. */
export class Exchange {
  readonly #agents = {
    http: new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS }),
    https: new https.Agent({ keepAlive: true, maxSockets: CONNECTIONS }),
  };

  constructor(private readonly network: Network) {}

  async ask(question: Question): Promise<Answer> {
    const { patience, signal } = this.network;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#attempt(question);
      if (!('broken' in answer) && !isBusy(answer.status)) return answer;
      if (attempt >= patience.attempts) throw givenUp(question, answer);
      const asked = 'status' in answer ? waitOf(answer.headers['retry-after'], Date.now()) : undefined;
      const pauseMs = asked ?? patience.firstPauseMs * 2 ** (attempt - 1);
      await sleep(pauseMs, undefined, { ...(signal && { signal }) });
    }
  }

  async #attempt(question: Question): Promise<Answer | BrokenConnection> {
    const { env, trust, patience, signal: stop } = this.network;
    const timeout = AbortSignal.timeout(patience.answerMs);
    const signal = stop ? AbortSignal.any([stop, timeout]) : timeout;
    try {
      const { body } = question;
      const headers = {
        'user-agent': 'tfod',
        ...question.headers,
        ...(body && { 'content-length': String(body.length) }),
      };
      const options = { method: question.method, headers, env, trust, signal, agents: this.#agents };
      const answer = await httpRequest(question.url, { ...options, ...(body && { body }) });
      return {
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body: await readBody(answer, question),
      };
    } catch (error) {
      stop?.throwIfAborted();
      if (error instanceof TfodError) throw error;
      const { code = '' } = error as NodeJS.ErrnoException;
      if (BROKEN.has(code)) return { broken: error };
      if (timeout.aborted) throw unreachable(question.url, new Error(`no answer in ${patience.answerMs} ms`));
      throw isExpected(error) ? unreachable(question.url, error) : error;
    }
  }
}

interface BrokenConnection {
  readonly broken: unknown;
}

async function readBody(answer: http.IncomingMessage, { url }: Question): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BYTES) throw failed(url, `an answer of more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function givenUp({ url }: Question, answer: Answer | BrokenConnection): Error {
  if ('broken' in answer) return unreachable(url, answer.broken);
  return failed(url, `status ${answer.status}`);
}

/** Errors of the network have a code; a mistake in this program has none. */
function isExpected(error: unknown): boolean {
  return error instanceof ProxyRefused || (error as NodeJS.ErrnoException).code !== undefined;
}
