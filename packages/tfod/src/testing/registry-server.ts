import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { digestOf, type Digest } from '../values/digest';
import { parseRepository, type Repository } from '../values/image-ref';

export const DOCKER_IMAGE = 'application/vnd.docker.distribution.manifest.v2+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** What the registry does with one request instead of answering it as it should. */
export interface RegistryMischief {
  /** Only with a request like this one: `HEAD /v2/…`. */
  readonly on?: RegExp;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Never answers. */
  readonly silent?: true;
  /** Cuts the connection. */
  readonly cut?: true;
}

/** How the registry wants to be shown who asks; `may` is what that user may do. */
export interface RegistryLogin {
  readonly scheme: 'basic' | 'bearer';
  readonly user: string;
  readonly password: string;
  readonly may?: 'pull' | 'push';
  /** Whether everybody may pull. */
  readonly anonymousPull?: true;
}

interface WrittenManifest {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
  readonly manifests?: readonly { readonly digest: string }[];
}

interface Kept {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** A registry in memory on loopback, which asks for logins, counts, and can be told to misbehave. */
export class RegistryServer {
  /** Of every request to the API, `HEAD /v2/vision/parking/manifests/k-…`, in order. */
  readonly requests: string[] = [];
  /** Of every request for a token, its query or its body. */
  readonly tokenRequests: string[] = [];
  /** What happens to the next requests that it is meant for, each once. */
  mischief: RegistryMischief[] = [];
  login: RegistryLogin | undefined;
  tokenSeconds = 300;
  /** As registries may: what has to be in two repositories is sent twice. */
  refusesMounts = false;
  readonly #kept = new Map<string, Kept>();
  readonly #tokens = new Map<string, string>();
  readonly #server = http.createServer((request, response) => void this.#answer(request, response));
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
    });
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    this.#sockets.forEach((socket) => socket.destroy());
    this.#server.close();
    await once(this.#server, 'close');
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  repository(path: string): Repository {
    return parseRepository(`${this.host}/${path}`);
  }

  /** Puts an image there by hand; the digest of its manifest. */
  addImage(
    path: string,
    reference: string,
    { labels = {}, platform = 'linux/amd64' }: { labels?: Record<string, string>; platform?: string } = {},
  ): Digest {
    const [os, architecture] = platform.split('/');
    const config = Buffer.from(JSON.stringify({ os, architecture, config: { Labels: labels } }));
    const layer = Buffer.from('layer');
    for (const blob of [config, layer]) {
      this.#keep(`${path}/blobs/${digestOf(blob)}`, 'application/octet-stream', blob);
    }
    const manifest = {
      schemaVersion: 2,
      mediaType: DOCKER_IMAGE,
      config: {
        mediaType: 'application/vnd.docker.container.image.v1+json',
        size: config.length,
        digest: digestOf(config),
      },
      layers: [{ mediaType: 'application/x-tar', size: layer.length, digest: digestOf(layer) }],
    };
    return this.addManifest(path, reference, DOCKER_IMAGE, JSON.stringify(manifest));
  }

  addManifest(path: string, reference: string, mediaType: string, text: string): Digest {
    const bytes = Buffer.from(text);
    const digest = digestOf(bytes);
    for (const name of [reference, digest]) this.#keep(`${path}/manifests/${name}`, mediaType, bytes);
    return digest;
  }

  manifest(path: string, reference: string): Kept | undefined {
    return this.#kept.get(`/v2/${path}/manifests/${reference}`);
  }

  remove(path: string): void {
    this.#kept.delete(`/v2/${path}`);
  }

  #keep(path: string, mediaType: string, bytes: Buffer): void {
    this.#kept.set(`/v2/${path}`, { mediaType, bytes });
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '', 'http://registry');
    if (url.pathname === '/token') return this.#giveToken(request, url, body, response);
    const asked = `${request.method} ${url.pathname}`;
    this.requests.push(asked);
    const at = this.mischief.findIndex(({ on }) => on === undefined || on.test(asked));
    const [mischief] = at < 0 ? [] : this.mischief.splice(at, 1);
    if (mischief?.silent) return;
    if (mischief?.cut) return void request.socket.destroy();
    if (mischief) return void response.writeHead(mischief.status ?? 200, mischief.headers).end(mischief.body);
    if (!this.#admits(request)) return this.#challenge(response);
    if (request.method === 'POST' && this.#mounts(request, url)) return void response.writeHead(201).end();
    this.#serve(request, url.pathname, body, response);
  }

  /** Whether a blob was taken over from another repository, which takes the right to read that one. */
  #mounts({ headers }: http.IncomingMessage, { pathname, searchParams }: URL): boolean {
    const [digest, from] = [searchParams.get('mount'), searchParams.get('from')];
    const blob = this.#kept.get(`/v2/${from}/blobs/${digest}`);
    const scope = this.#tokens.get(headers.authorization ?? '');
    const isAllowed = this.login?.scheme !== 'bearer' || scope?.includes(`repository:${from}:pull`);
    if (blob === undefined || this.refusesMounts || !isAllowed) return false;
    this.#kept.set(pathname.replace('uploads/', digest ?? ''), blob);
    return true;
  }

  #serve(request: http.IncomingMessage, path: string, body: Buffer, response: http.ServerResponse): void {
    if (request.method === 'POST') return void response.writeHead(202, { location: `${path}1` }).end();
    if (request.method === 'DELETE') return void response.writeHead(204).end();
    if (request.method === 'PUT') {
      const [, repository = '', reference = ''] = /^\/v2\/(.*)\/manifests\/(.*)$/.exec(path) ?? [];
      const type = request.headers['content-type'] ?? '';
      const isWhole = this.#contentOf(body).every((rest) => this.#kept.has(`/v2/${repository}/${rest}`));
      if (!isWhole) {
        const text = JSON.stringify({ errors: [{ code: 'MANIFEST_BLOB_UNKNOWN', message: 'blob unknown' }] });
        return void response.writeHead(400).end(text);
      }
      const digest = this.addManifest(repository, reference, type, body.toString());
      return void response.writeHead(201, { 'docker-content-digest': digest }).end();
    }
    const kept = this.#kept.get(path);
    if (kept === undefined) {
      const text = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] });
      return void response.writeHead(404).end(request.method === 'HEAD' ? undefined : text);
    }
    response.writeHead(200, {
      'content-type': kept.mediaType,
      'content-length': kept.bytes.length,
      'docker-content-digest': digestOf(kept.bytes),
    });
    response.end(request.method === 'HEAD' ? undefined : kept.bytes);
  }

  /** What must be in the repository of a manifest. */
  #contentOf(manifest: Buffer): readonly string[] {
    const { config, layers = [], manifests = [] } = JSON.parse(manifest.toString()) as WrittenManifest;
    return [
      ...[...(config ? [config] : []), ...layers].map(({ digest }) => `blobs/${digest}`),
      ...manifests.map(({ digest }) => `manifests/${digest}`),
    ];
  }

  #admits({ headers, method }: http.IncomingMessage): boolean {
    if (this.login === undefined) return true;
    const { scheme, user, password, may = 'push', anonymousPull } = this.login;
    const writes = method !== 'GET' && method !== 'HEAD';
    if (!writes && anonymousPull) return true;
    if (writes && may === 'pull') return false;
    const shown = headers.authorization ?? '';
    if (scheme === 'basic') return shown === `Basic ${btoa(`${user}:${password}`)}`;
    const scope = this.#tokens.get(shown);
    return scope !== undefined && (!writes || scope.includes('push'));
  }

  #challenge(response: http.ServerResponse): void {
    const { scheme } = this.login ?? {};
    const header =
      scheme === 'basic'
        ? 'Basic realm="registry"'
        : `Bearer realm="http://${this.host}/token",service="the registry, of tests"`;
    const text = JSON.stringify({ errors: [{ code: 'DENIED', message: 'requested access is denied' }] });
    response.writeHead(401, { 'www-authenticate': header }).end(text);
  }

  #giveToken(request: http.IncomingMessage, url: URL, body: Buffer, response: http.ServerResponse): void {
    const asked = request.method === 'POST' ? body.toString() : url.search.slice(1);
    this.tokenRequests.push(asked);
    const { user, password, anonymousPull } = this.login ?? {};
    const query = new URLSearchParams(asked);
    const known =
      request.headers.authorization === `Basic ${btoa(`${user}:${password}`)}` ||
      query.get('refresh_token') === password;
    if (!known && !(anonymousPull && request.headers.authorization === undefined)) {
      return void response.writeHead(401).end();
    }
    const token = `token-${this.tokenRequests.length}`;
    this.#tokens.set(`Bearer ${token}`, query.getAll('scope').join(' '));
    response.end(JSON.stringify({ token, expires_in: this.tokenSeconds }));
  }

  /** As if all tokens had ended. */
  forgetTokens(): void {
    this.#tokens.clear();
  }
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
