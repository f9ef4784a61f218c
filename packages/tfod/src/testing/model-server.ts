import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';

/** What the server does with one request instead of answering it as it should. */
export interface Mischief {
  /** Cuts the connection after so many bytes. */
  readonly cutAfter?: number;
  /** Sends nothing more after so many bytes, and keeps the connection. */
  readonly stallAfter?: number;
  /** Never answers. */
  readonly silent?: true;
  /** Tells another length than that of the bytes it sends. */
  readonly claimLength?: number;
  readonly wrongBytes?: Buffer;
  readonly redirect?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends all of it when asked to go on. */
  readonly ignoreRange?: true;
  /** Goes on elsewhere than where it was asked to. */
  readonly continueAt?: number;
}

const TLS = {
  key: readFileSync(join(__dirname, 'tls/localhost.key.pem')),
  cert: readFileSync(join(__dirname, 'tls/localhost.crt.pem')),
};
/** The bundle with which the server of `tls` is trusted. */
export const TEST_CERTIFICATE = join(__dirname, 'tls/localhost.crt.pem');

/** A server on loopback with one archive under every path, which can be told to misbehave. */
export class ModelServer {
  /** What happens to the next requests, one for each; after that all are answered as they should be. */
  mischief: Mischief[] = [];
  /** Of every request, in order. */
  readonly requests: { readonly path: string; readonly range: string | undefined }[] = [];
  /** How often bytes of the archive were sent. */
  bodies = 0;
  /** What the server calls its bytes; undefined: it does not. */
  etag: string | undefined;
  readonly #server: http.Server | https.Server;
  readonly #sockets = new Set<Socket>();

  constructor(
    public archive: Buffer,
    private readonly tls = false,
  ) {
    this.etag = `"${createHash('sha256').update(archive).digest('hex')}"`;
    const listener: http.RequestListener = (request, response) => this.#answer(request, response);
    this.#server = tls ? https.createServer(TLS, listener) : http.createServer(listener);
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

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path = '/ssd.tar.gz', host = 'localhost'): URL {
    return new URL(`${this.tls ? 'https' : 'http'}://${host}:${this.port}${path}`);
  }

  async stop(): Promise<void> {
    this.#sockets.forEach((socket) => socket.destroy());
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { range } = request.headers;
    this.requests.push({ path: request.url ?? '', range });
    const mischief = this.mischief.shift() ?? {};
    const { redirect, status, headers, cutAfter, stallAfter, claimLength } = mischief;
    if (mischief.silent) return;
    if (redirect !== undefined) return void response.writeHead(302, { location: redirect }).end();
    if (status !== undefined) return void response.writeHead(status, headers).end('no');
    const archive = mischief.wrongBytes ?? this.archive;
    const asked = mischief.ignoreRange ? 0 : this.#startOf(request);
    const start = mischief.continueAt ?? asked;
    const body = archive.subarray(start);
    this.bodies += 1;
    response.writeHead(asked > 0 ? 206 : 200, {
      ...(this.etag !== undefined && { etag: this.etag }),
      'content-length': claimLength ?? body.length,
      ...(asked > 0 && { 'content-range': `bytes ${start}-${archive.length - 1}/${archive.length}` }),
    });
    const cut = () => request.socket.destroy();
    if (cutAfter !== undefined) response.write(body.subarray(0, cutAfter), cut);
    else if (stallAfter !== undefined) response.write(body.subarray(0, stallAfter));
    else if (claimLength !== undefined) response.write(body, () => request.socket.end());
    else response.end(body);
  }

  /** Where the answer starts: at the place asked for, as long as the bytes are still those that the caller has. */
  #startOf({ headers }: http.IncomingMessage): number {
    const [, start] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
    if (start === undefined || headers['if-range'] !== this.etag) return 0;
    return Number(start);
  }
}

/** A proxy on loopback for which every host is on loopback too; lets everything through, or answers with a status. */
export class Proxy {
  readonly requests: string[] = [];
  refuseWith: number | undefined;
  readonly #server: http.Server | https.Server;
  readonly #sockets = new Set<Socket>();

  constructor(private readonly tls = false) {
    this.#server = tls ? https.createServer(TLS) : http.createServer();
    this.#server.on('connection', (socket: Socket) => this.#sockets.add(socket));
    this.#server.on('connect', (request: http.IncomingMessage, socket: Socket) => {
      this.requests.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? 'anonymous'}`);
      if (this.refuseWith !== undefined) return void socket.end(`HTTP/1.1 ${this.refuseWith} no\r\n\r\n`);
      const [, port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
    });
    this.#server.on('request', (request, response) => {
      this.requests.push(`${request.method} ${request.url}`);
      if (this.refuseWith !== undefined) return void response.writeHead(this.refuseWith).end();
      const url = Object.assign(new URL(request.url ?? ''), { hostname: '127.0.0.1' });
      http.get(url, { headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
    });
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  address(credentials = ''): string {
    return `${this.tls ? 'https' : 'http'}://${credentials}localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#sockets.forEach((socket) => socket.destroy());
    this.#server.close();
    await once(this.#server, 'close');
  }
}
