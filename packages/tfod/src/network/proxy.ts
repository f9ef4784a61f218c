import { BlockList, isIP } from 'node:net';
import { TfodError } from '../values/tfod-error';
import { decoded } from './decoded';
import { isLoopback } from './loopback';

const DEFAULT_PORT: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * The proxy for an address, as curl and most tools read the environment: HTTPS_PROXY or HTTP_PROXY by the scheme of
 * the address, else ALL_PROXY; the names in lower case count first. None for this machine itself, as Docker has it,
 * and none for the hosts and networks of NO_PROXY. Throws PROXY_UNSUPPORTED.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  if (isLoopback(url.hostname)) return undefined;
  const names = [url.protocol === 'https:' ? 'https_proxy' : 'http_proxy', 'all_proxy'];
  const found = names
    .flatMap((name) => [name, name.toUpperCase()])
    .map((name) => ({ name, value: env[name]?.trim() ?? '' }))
    .find(({ value }) => value !== '');
  if (found === undefined || isDirect(url, env['no_proxy'] || env['NO_PROXY'] || '')) return undefined;
  return parseProxy(found.value, found.name);
}

/** `user:password` of a proxy as the header that it wants; nothing for one without. */
export function proxyAuthorization({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '') return {};
  const credentials = `${decoded(username)}:${decoded(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}

export function portOf({ port, protocol }: URL): string {
  return port === '' ? (DEFAULT_PORT[protocol] ?? '') : port;
}

/** An IPv6 address stands in brackets in an address and without them everywhere else. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function parseProxy(value: string, name: string): URL {
  const text = value.includes('://') ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy?.hostname && (proxy.protocol === 'http:' || proxy.protocol === 'https:')) return proxy;
  throw new TfodError({
    code: 'PROXY_UNSUPPORTED',
    what: 'The proxy of the environment cannot be used',
    where: name,
    expected: 'http://host:port or https://host:port',
    found: proxy === undefined ? 'no address' : `${proxy.protocol}//…`,
    remedy: `correct ${name}, or name the host in NO_PROXY`,
  });
}

function isDirect(url: URL, noProxy: string): boolean {
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || covers(entry.toLowerCase(), url));
}

/**
 * `example.com`, `.example.com` and `*.example.com` cover the domain and all below it, `10.0.0.0/8` and `fd00::/8` a
 * network; a port narrows that.
 */
function covers(entry: string, url: URL): boolean {
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*(?::[^:]*:.*)?)(?::(\d+))?$/.exec(entry) ?? [];
  const domain = host.replace(/^\*?\./, '').replace(/^\[|\]$/g, '');
  const asked = hostOf(url);
  if (domain === '' || (port !== undefined && port !== portOf(url))) return false;
  return asked === domain || asked.endsWith(`.${domain}`) || isInNetwork(asked, domain);
}

/** An address alone is a network of one, so that it counts however it is written. */
function isInNetwork(asked: string, network: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d+))?$/.exec(network) ?? [];
  const widest = isIP(address) === 6 ? 128 : 32;
  const prefix = Number(bits ?? widest);
  if (isIP(asked) === 0 || isIP(address) === 0 || prefix > widest) return false;
  const addresses = new BlockList();
  addresses.addSubnet(address, prefix, familyOf(address));
  return addresses.check(asked, familyOf(asked));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
