import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect, type SecureContext } from 'node:tls';
import { hostOf, portOf, proxyAuthorization, proxyFor } from './proxy';

export interface GetOptions {
  readonly headers: http.OutgoingHttpHeaders;
  readonly env: NodeJS.ProcessEnv;
  /** What servers are trusted by; undefined: the certificates of Node.js. */
  readonly trust: SecureContext | undefined;
  readonly signal: AbortSignal;
}

/** The proxy answered in the place of the server. */
export class ProxyRefused extends Error {
  constructor(
    readonly proxy: string,
    readonly status: number,
  ) {
    super(`the proxy ${proxy} answered ${status}`);
  }
}

/** One GET, directly or through the proxy that the environment has for the address; follows nothing. */
export async function httpGet(url: URL, options: GetOptions): Promise<http.IncomingMessage> {
  const proxy = proxyFor(url, options.env);
  if (proxy === undefined) return answerOf(clientOf(url).get(url, direct(options)), options.signal);
  if (url.protocol === 'https:') return throughTunnel(url, proxy, options);
  const request = clientOf(proxy).get({
    ...direct(options),
    ...addressOf(proxy),
    path: url.href,
    headers: { ...options.headers, host: url.host, ...proxyAuthorization(proxy) },
  });
  return answerOf(request, options.signal);
}

/** TLS runs from here to the server; the proxy passes on what it cannot read. */
async function throughTunnel(url: URL, proxy: URL, options: GetOptions): Promise<http.IncomingMessage> {
  const socket = await openTunnel(url, proxy, options);
  const name = hostOf(url);
  const secured = connect({
    socket,
    host: name,
    ...(isIP(name) === 0 && { servername: name }),
    ...(options.trust && { secureContext: options.trust }),
  });
  secured.on('error', () => undefined); // the request hears of it as well
  const request = https.get(url, { ...direct(options), createConnection: () => secured });
  return answerOf(request, options.signal);
}

async function openTunnel(url: URL, proxy: URL, options: GetOptions): Promise<Socket> {
  const target = `${url.hostname}:${portOf(url)}`;
  const request = clientOf(proxy).request({
    ...direct(options),
    ...addressOf(proxy),
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...proxyAuthorization(proxy) },
  });
  request.end();
  const [answer, socket] = (await once(request, 'connect', { signal: options.signal })) as [
    http.IncomingMessage,
    Socket,
  ];
  if (answer.statusCode === 200) return socket;
  socket.destroy();
  throw new ProxyRefused(proxy.host, answer.statusCode ?? 0);
}

async function answerOf(request: http.ClientRequest, signal: AbortSignal): Promise<http.IncomingMessage> {
  // The first error is thrown below; another one after it must find somebody who listens.
  request.on('error', () => undefined);
  const [answer] = (await once(request, 'response', { signal })) as [http.IncomingMessage];
  return answer;
}

/** A connection of its own, closed after the answer: one archive is all that is wanted of a server. */
function direct({ headers, trust, signal }: GetOptions): https.RequestOptions {
  return { headers, signal, agent: false, ...(trust && { secureContext: trust }) };
}

function addressOf(proxy: URL): { host: string; port: string } {
  return { host: hostOf(proxy), port: portOf(proxy) };
}

function clientOf({ protocol }: URL): typeof http | typeof https {
  return protocol === 'https:' ? https : http;
}
