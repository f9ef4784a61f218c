import type { IncomingMessage } from 'node:http';
import { httpRequest, type RequestOptions } from '../../network/http-request';
import { isLoopback } from '../../network/loopback';
import { TfodError } from '../../values/tfod-error';
import { Passing, refusalOf } from './failure';
import type { PartFile, Whole } from './part-file';

/** What one attempt is given. */
export interface Transfer {
  readonly url: URL;
  readonly part: PartFile;
  readonly maxBytes: number;
  /** Whether bytes may come without TLS: they may when their sha256 is known beforehand. */
  readonly plainAllowed: boolean;
  readonly get: Omit<RequestOptions, 'headers'>;
  readonly now: () => number;
  /** Hears of each chunk. */
  readonly onBytes: (length: number, total: number | undefined) => void;
}

const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Asks for what the part lacks and appends it. Throws `Passing` when it may be tried again, else what went wrong. */
export async function transfer(job: Transfer): Promise<void> {
  const { part } = job;
  if (part.whole?.total !== undefined && part.length === part.whole.total) return;
  const answer = await ask(job);
  try {
    const total = await begin(answer, job);
    part.pieces += 1;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      if (part.length + chunk.length > job.maxBytes) throw tooLarge(job, undefined);
      await part.append(chunk);
      job.onBytes(chunk.length, total);
    }
    if (total !== undefined && part.length !== total)
      throw new Passing(`${total - part.length} bytes did not come`);
  } finally {
    answer.destroy();
  }
}

/** Follows redirections, never from TLS to plain HTTP unless the content is known. */
async function ask(job: Transfer): Promise<IncomingMessage> {
  let url = job.url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    if (!isAllowed(url, job.plainAllowed)) throw plainRefused(url);
    const answer = await httpRequest(url, { ...job.get, headers: headersFor(job.part) });
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.statusCode ?? 0) || location === undefined) return answer;
    answer.destroy();
    if (!URL.canParse(location, url.href)) throw refusalOf(answer.statusCode ?? 0, undefined, url, job.now());
    url = new URL(location, url.href);
  }
  throw new TfodError({
    code: 'DOWNLOAD_REFUSED',
    what: 'The server sends from one address to the next',
    where: job.url.href,
    found: `more than ${MOST_REDIRECTS} redirections`,
    remedy: 'give the address at which the archive itself is',
  });
}

/** Encodings are refused, so that the bytes are those of the file, whatever its name ends in. */
function headersFor({ length, whole }: PartFile): Record<string, string> {
  const headers = { 'accept-encoding': 'identity', 'user-agent': 'tfod', accept: '*/*' };
  if (length === 0 || whole === undefined) return headers;
  return { ...headers, range: `bytes=${length}-`, 'if-range': whole.validator };
}

/** Makes the part ready for the body; gives the length of the whole when it is known. */
async function begin(answer: IncomingMessage, job: Transfer): Promise<number | undefined> {
  const { part } = job;
  const status = answer.statusCode ?? 0;
  if (status === 200) {
    const total = numberOf(answer.headers['content-length']);
    if (total !== undefined && total > job.maxBytes) throw tooLarge(job, total);
    await part.restart(wholeOf(answer, job.url, total));
    return total;
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers['content-range'] ?? '');
  if (status === 206 && range && Number(range[1]) === part.length && part.length > 0) {
    const total = numberOf(range[2]) ?? part.whole?.total;
    if (part.whole?.total === undefined || total === part.whole.total) return total;
  }
  if (status === 206 || status === 416) {
    await part.restart(undefined);
    throw new Passing('the server does not continue where it was asked to', 0);
  }
  throw refusalOf(status, answer.headers['retry-after'], job.url, job.now());
}

/** RFC 9110, 13.1.5: a weak ETag must not be used to put parts together. */
function wholeOf({ headers }: IncomingMessage, url: URL, total: number | undefined): Whole | undefined {
  const validator = headers.etag?.startsWith('"') ? headers.etag : headers['last-modified'];
  if (validator === undefined || headers['accept-ranges'] === 'none') return undefined;
  return { url: url.href, validator, ...(total !== undefined && { total }) };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function isAllowed({ protocol, hostname }: URL, plainAllowed: boolean): boolean {
  if (protocol === 'https:') return true;
  return protocol === 'http:' && (plainAllowed || isLoopback(hostname));
}

function plainRefused(url: URL): TfodError {
  return new TfodError({
    code: 'DOWNLOAD_NOT_SECURE',
    what: 'The model would come over plain HTTP, where anyone on the way can change it',
    where: url.href,
    expected: 'an https:// address, or --sha256 of the archive',
    found: url.protocol.slice(0, -1),
    remedy: 'give the https:// address, or the --sha256 from somewhere that you trust',
  });
}

function tooLarge({ url, maxBytes }: Transfer, total: number | undefined): TfodError {
  return new TfodError({
    code: 'DOWNLOAD_TOO_LARGE',
    what: 'The archive is larger than allowed',
    where: url.href,
    expected: `at most ${maxBytes} bytes`,
    found: total === undefined ? 'more' : `${total} bytes`,
    remedy: 'allow more by --maxGigabytes, if this is the model',
  });
}
