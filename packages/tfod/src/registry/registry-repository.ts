import { digestOf, parseDigest, type Digest } from '../values/digest';
import type { Repository, Tag } from '../values/image-ref';
import { addressOf, type RepositoryAddress } from './address';
import type { Access, Authorization, Right } from './authorization';
import type { Answer, Exchange, Question } from './exchange';
import { ACCEPT, type Descriptor, type ImageContent, type Manifest } from './manifest';
import type { ImageConfig, RepositoryInRegistry } from './registry';
import { denied, failed, wrongAnswer } from './registry-problems';

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** One repository over HTTP. */
export class RegistryRepository implements RepositoryInRegistry {
  readonly #address: RepositoryAddress;
  readonly #right: Right;

  constructor(
    readonly name: Repository,
    access: Access,
    private readonly exchange: Exchange,
    private readonly authorization: Authorization,
  ) {
    this.#address = addressOf(name);
    this.#right = { address: this.#address, access };
  }

  async head(reference: Tag | Digest): Promise<Descriptor | undefined> {
    const url = this.#url(`manifests/${reference}`);
    const answer = await this.#ask({ method: 'HEAD', url, headers: { accept: ACCEPT } });
    if (answer.status === 404) return undefined;
    const digest = answer.headers['docker-content-digest'];
    const mediaType = withoutParameters(answer.headers['content-type']);
    const size = Number(answer.headers['content-length']);
    // The specification leaves these headers to the registry; the manifest itself always tells.
    if (typeof digest !== 'string' || mediaType === '' || !(size > 0)) return this.#ofBytes(reference);
    return { digest: this.#digest(digest, url), mediaType, size };
  }

  async manifest(reference: Tag | Digest): Promise<Manifest | undefined> {
    const url = this.#url(`manifests/${reference}`);
    const answer = await this.#ask({ method: 'GET', url, headers: { accept: ACCEPT } });
    if (answer.status === 404) return undefined;
    const { body: bytes, headers } = answer;
    const digest = digestOf(bytes);
    const told = reference.includes(':') ? reference : headers['docker-content-digest'];
    if (typeof told === 'string' && told !== digest) {
      throw wrongAnswer(url, { expected: told, found: digest });
    }
    return { mediaType: mediaTypeOf(headers['content-type'], bytes), bytes, digest };
  }

  async config({ config }: ImageContent): Promise<ImageConfig | undefined> {
    const url = this.#url(`blobs/${config.digest}`);
    const answer = await this.#ask({ method: 'GET', url, headers: {} });
    if (answer.status === 404) return undefined;
    const digest = digestOf(answer.body);
    if (digest !== config.digest) throw wrongAnswer(url, { expected: config.digest, found: digest });
    return readConfig(answer.body);
  }

  async put(reference: Tag | Digest, { mediaType, bytes, digest }: Manifest): Promise<void> {
    const url = this.#url(`manifests/${reference}`);
    const answer = await this.#ask({
      method: 'PUT',
      url,
      headers: { 'content-type': mediaType },
      body: bytes,
    });
    if (answer.status === 404) throw failed(url, 'status 404: what the manifest names is not there');
    const told = answer.headers['docker-content-digest'];
    if (typeof told === 'string' && told !== digest)
      throw wrongAnswer(url, { expected: digest, found: told });
  }

  async mount(digest: Digest, from: Repository): Promise<boolean> {
    const source = addressOf(from);
    if (source.registry === this.#address.registry && (await this.#mount(digest, source))) return true;
    const there = await this.#ask({ method: 'HEAD', url: this.#url(`blobs/${digest}`), headers: {} });
    return there.status !== 404;
  }

  async #mount(digest: Digest, source: RepositoryAddress): Promise<boolean> {
    const url = this.#url('blobs/uploads/');
    url.search = new URLSearchParams({ mount: digest, from: source.path }).toString();
    const question = { method: 'POST', url, headers: {}, body: Buffer.alloc(0) } as const;
    const answer = await this.#ask(question, { ...this.#right, source });
    if (answer.status === 201) return true;
    await this.#giveUp(answer, url);
    return false;
  }

  async checkPush(): Promise<void> {
    const url = this.#url('blobs/uploads/');
    const answer = await this.#ask({ method: 'POST', url, headers: {}, body: Buffer.alloc(0) });
    if (answer.status === 404) throw failed(url, `status 404${messageOf(answer)}`);
    await this.#giveUp(answer, url);
  }

  /** An upload that has begun; what is not given up here the registry drops by itself after a while. */
  async #giveUp({ headers }: Answer, url: URL): Promise<void> {
    const { location } = headers;
    if (location === undefined || !URL.canParse(location, url.href)) return;
    await this.#ask({ method: 'DELETE', url: new URL(location, url), headers: {} }).catch(() => undefined);
  }

  async #ofBytes(reference: Tag | Digest): Promise<Descriptor | undefined> {
    const manifest = await this.manifest(reference);
    return manifest && { ...manifest, size: manifest.bytes.length };
  }

  #url(rest: string): URL {
    return new URL(`v2/${this.#address.path}/${rest}`, this.#address.origin);
  }

  /** An answer of 2xx or 404; everything else is thrown. */
  async #ask(question: Question, right = this.#right): Promise<Answer> {
    const answer = await this.#follow(await this.#authorized(question, right), question);
    const { status } = answer;
    if (status === 401 || status === 403) {
      const found = `status ${status}${messageOf(answer)}`;
      const isKnown = await this.authorization.isKnown(this.#address);
      throw denied(this.#address.registry, question.url, found, isKnown);
    }
    if (status !== 404 && (status < 200 || status > 299)) {
      throw failed(question.url, `status ${status}${messageOf(answer)}`);
    }
    return answer;
  }

  async #authorized(question: Question, right = this.#right): Promise<Answer> {
    const shown = await this.authorization.header(right);
    const answer = await this.exchange.ask(withAuthorization(question, shown));
    if (answer.status !== 401 || !this.authorization.learn(right, answer)) return answer;
    const asked = await this.authorization.header(right);
    return asked === undefined ? answer : this.exchange.ask(withAuthorization(question, asked));
  }

  /**
   * Blobs are often kept elsewhere, at an address that needs no authorisation and must not see ours; under another
   * address of the registry it is wanted as it was.
   */
  async #follow(first: Answer, question: Question): Promise<Answer> {
    let [answer, url] = [first, question.url];
    for (let redirects = 0; REDIRECTS.has(answer.status); redirects += 1) {
      const location = answer.headers.location ?? '';
      const isFollowed = ['GET', 'HEAD'].includes(question.method) && URL.canParse(location, url.href);
      if (!isFollowed || redirects === MOST_REDIRECTS) break;
      url = new URL(location, url);
      const next = { ...question, url };
      const isOwn = url.origin === question.url.origin;
      answer = await (isOwn ? this.#authorized(next) : this.exchange.ask(next));
    }
    return answer;
  }

  #digest(text: string, url: URL): Digest {
    try {
      return parseDigest(text);
    } catch {
      throw wrongAnswer(url, { expected: 'a sha256 digest', found: text });
    }
  }
}

function withAuthorization(question: Question, authorization: string | undefined): Question {
  return authorization === undefined
    ? question
    : { ...question, headers: { ...question.headers, authorization } };
}

/** What the bytes say of themselves counts: it is what their digest covers. */
function mediaTypeOf(header: string | undefined, bytes: Buffer): string {
  const { mediaType } = (json(bytes) ?? {}) as { mediaType?: unknown };
  return typeof mediaType === 'string' ? mediaType : withoutParameters(header);
}

/** `application/json; charset=utf-8` is `application/json`. */
function withoutParameters(header = ''): string {
  return header.replace(/;.*/, '').trim();
}

function readConfig(bytes: Buffer): ImageConfig | undefined {
  const image = json(bytes) as WrittenConfig | undefined;
  if (typeof image?.os !== 'string' || typeof image.architecture !== 'string') return undefined;
  const { os, architecture, variant } = image;
  const platform = [os, architecture, ...(variant ? [variant] : [])].join('/');
  return { labels: image.config?.Labels ?? {}, platform };
}

interface WrittenConfig {
  readonly os?: unknown;
  readonly architecture?: unknown;
  readonly variant?: string;
  readonly config?: { readonly Labels?: Readonly<Record<string, string>> | null };
}

/** Registries say why in a list of errors (OCI distribution specification, error codes). */
function messageOf({ body }: Answer): string {
  const { errors } = (json(body) ?? {}) as { errors?: readonly { code?: unknown; message?: unknown }[] };
  const first = Array.isArray(errors) ? errors[0] : undefined;
  return first === undefined ? '' : `: ${String(first.code)} ${String(first.message ?? '')}`.trimEnd();
}

function json(bytes: Buffer): unknown {
  try {
    return (JSON.parse(bytes.toString('utf8')) as unknown) ?? undefined;
  } catch {
    return undefined;
  }
}
