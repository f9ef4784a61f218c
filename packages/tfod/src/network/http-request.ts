import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect, type SecureContext } from 'node:tls';
import { hostOf, portOf, proxyAuthorization, proxyFor } from './proxy';

export interface RequestOptions {
  /** Default: GET. */
  readonly method?: string;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
  readonly env: NodeJS.ProcessEnv;
  /** What servers are trusted by; undefined: the certificates of Node.js. */
  readonly trust: SecureContext | undefined;
  readonly signal: AbortSignal;
  /** Keeps connections for further requests; without it each has its own, closed after the answer. */
  readonly agents?: Agents;
}

export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

const PROXY_AUTHENTICATION_REQUIRED = 407;

/** The proxy answered in the place of the server. */
export class ProxyRefused extends Error {
  constructor(
    readonly proxy: string,
    readonly status: number,
  ) {
    super(`the proxy ${proxy} answered ${status}`);
  }
}

/** One request, directly or through the proxy that the environment has for the address; follows nothing. */
export async function httpRequest(url: URL, options: RequestOptions): Promise<http.IncomingMessage> {
  const proxy = proxyFor(url, options.env);
  if (proxy === undefined) {
    const agent = url.protocol === 'https:' ? options.agents?.https : options.agents?.http;
    const request = clientOf(url).request(url, { ...basic(options), ...(agent && { agent }) });
    return answerOf(request, options);
  }
  if (url.protocol === 'https:') return throughTunnel(url, proxy, options);
  const request = clientOf(proxy).request({
    ...basic(options),
    ...addressOf(proxy),
    path: url.href,
    headers: { ...options.headers, host: url.host, ...proxyAuthorization(proxy) },
  });
  const answer = await answerOf(request, options);
  // Every other status may be the server's.
  if (answer.statusCode !== PROXY_AUTHENTICATION_REQUIRED) return answer;
  answer.destroy();
  throw new ProxyRefused(proxy.host, PROXY_AUTHENTICATION_REQUIRED);
}

/** TLS runs from here to the server; the proxy passes on what it cannot read. */
async function throughTunnel(url: URL, proxy: URL, options: RequestOptions): Promise<http.IncomingMessage> {
  const socket = await openTunnel(url, proxy, options);
  const name = hostOf(url);
  const secured = connect({
    socket,
    host: name,
    ...(isIP(name) === 0 && { servername: name }),
    ...(options.trust && { secureContext: options.trust }),
  });
  secured.on('error', () => undefined); // the request hears of it as well
  // An agent, even one of its own, would open another connection, past the proxy.
  const request = https.request(url, {
    ...basic(options),
    agent: undefined,
    createConnection: () => secured,
  });
  return answerOf(request, options);
}

async function openTunnel(url: URL, proxy: URL, options: RequestOptions): Promise<Socket> {
  const target = `${url.hostname}:${portOf(url)}`;
  const request = clientOf(proxy).request({
    ...basic(options),
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

async function answerOf(
  request: http.ClientRequest,
  { body, signal }: RequestOptions,
): Promise<http.IncomingMessage> {
  // The first error is thrown below; another one after it must find somebody who listens.
  request.on('error', () => undefined);
  request.end(body);
  const [answer] = (await once(request, 'response', { signal })) as [http.IncomingMessage];
  return answer;
}

function basic({ method = 'GET', headers, trust, signal }: RequestOptions): https.RequestOptions {
  return { method, headers, signal, agent: false, ...(trust && { secureContext: trust }) };
}

/** Without a name of its own, Node.js would check the certificate of the proxy by the host that is asked for. */
function addressOf(proxy: URL): { host: string; port: string; servername: string } {
  const host = hostOf(proxy);
  return { host, port: portOf(proxy), servername: isIP(host) === 0 ? host : '' };
}

function clientOf({ protocol }: URL): typeof http | typeof https {
  return protocol === 'https:' ? https : http;
}
