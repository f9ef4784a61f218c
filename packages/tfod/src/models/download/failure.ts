import { isCertificateError } from '../../network/certificates';
import { ProxyRefused } from '../../network/http-request';
import { isBusy, waitOf } from '../../network/retry-after';
import { TfodError, type Problem } from '../../values/tfod-error';

/** Why an attempt ended, when another may do better. */
export class Passing extends Error {
  constructor(
    readonly reason: string,
    /** When the server wants to be asked again. */
    readonly afterMs?: number,
  ) {
    super(reason);
  }
}

/** What an answer that brings no bytes means: `Passing`, or a `TfodError` when asking again would not help. */
export function refusalOf(status: number, retryAfter: string | undefined, url: URL, nowMs: number): Error {
  if (isBusy(status)) return new Passing(`the server answered ${status}`, waitOf(retryAfter, nowMs));
  const remedies: Readonly<Record<number, string>> = {
    401: 'download the archive by hand and give its path as --source',
    403: 'download the archive by hand and give its path as --source',
    404: 'correct the address',
    410: 'the model was withdrawn; look for another',
  };
  return new TfodError({
    code: 'DOWNLOAD_REFUSED',
    what: 'The server does not give the model',
    where: url.href,
    found: `status ${status}`,
    remedy: remedies[status] ?? 'look at the address in a browser',
  });
}

/** What a connection that broke means. */
export function failureOf(error: unknown, url: URL): Error {
  if (error instanceof Passing || error instanceof TfodError) return error;
  if (error instanceof ProxyRefused) return proxyRefused(error, url);
  const { code = '', message, path } = error as NodeJS.ErrnoException;
  const fatal = (problem: Omit<Problem, 'where' | 'found'>): TfodError =>
    new TfodError({ ...problem, where: url.href, found: code }, { cause: error });
  if (isCertificateError(code)) {
    return fatal({
      code: 'DOWNLOAD_CERTIFICATE',
      what: 'The certificate of the server is not one that this machine trusts',
      remedy: 'set NODE_EXTRA_CA_CERTS to the bundle of certificates of your organisation, a PEM file',
    });
  }
  if (code === 'ENOTFOUND') {
    return fatal({
      code: 'DOWNLOAD_NO_HOST',
      what: `No address is known for ${url.hostname}`,
      remedy: 'check the address and the network; behind a proxy, set HTTPS_PROXY',
    });
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new TfodError(
      {
        code: 'DISK_FULL',
        what: 'There is no room for the model',
        ...(path !== undefined && { where: path }),
        found: code,
        remedy: 'make room there, or set TFOD_CACHE_DIR to a folder on a larger disk',
      },
      { cause: error },
    );
  }
  // Other errors of the file system are neither the network's nor expected.
  return path === undefined && (code !== '' || message === 'aborted')
    ? new Passing(code || message)
    : (error as Error);
}

function proxyRefused({ proxy, status }: ProxyRefused, url: URL): Error {
  if (isBusy(status)) return new Passing(`the proxy ${proxy} answered ${status}`);
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  return new TfodError({
    code: 'PROXY_REFUSED',
    what: 'The proxy does not let the model through',
    where: url.href,
    found: `status ${status} of ${proxy}`,
    remedy:
      status === 407
        ? `give its credentials: ${variable}=http://user:password@host:port`
        : `ask for ${url.hostname} to be allowed, or name it in NO_PROXY if it can be reached directly`,
  });
}
