import { isCertificateError } from '../network/certificates';
import { ProxyRefused } from '../network/http-request';
import { TfodError, type Problem } from '../values/tfod-error';

/** The codes of what a registry, or the way to it, can do wrong. */
const CODES = new Set([
  'REGISTRY_UNREACHABLE',
  'REGISTRY_DENIED',
  'REGISTRY_FAILED',
  'REGISTRY_ANSWER',
  'CREDENTIALS_UNREADABLE',
  'DOCKER_CONFIG_UNREADABLE',
  'CERTIFICATES_UNREADABLE',
  'PROXY_UNSUPPORTED',
]);

/** Whether an error is about a registry, so that whoever can do without one may go on. */
export function isRegistryProblem(error: unknown): error is TfodError {
  return error instanceof TfodError && CODES.has(error.code);
}

export function unreachable(where: URL, error: unknown): TfodError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new TfodError(
    {
      code: 'REGISTRY_UNREACHABLE',
      what: `The registry ${where.host} cannot be reached`,
      where: where.href,
      found: code || message,
      remedy: wayTo(where, code, error),
    },
    { cause: error },
  );
}

function wayTo({ host }: URL, code: string, error: unknown): string {
  if (isCertificateError(code)) {
    return 'set NODE_EXTRA_CA_CERTS to the bundle of certificates of your organisation, a PEM file';
  }
  if (error instanceof ProxyRefused) return `let the proxy allow ${host}, or name it in NO_PROXY`;
  return 'check the name of the registry and the network; behind a proxy, set HTTPS_PROXY';
}

export function denied(registry: string, where: URL, found: string, isKnown: boolean): TfodError {
  return new TfodError({
    code: 'REGISTRY_DENIED',
    what: `The registry ${registry} does not allow this`,
    where: where.href,
    found,
    remedy: isKnown
      ? 'ask for the right to this repository, or `docker login` as somebody who has it'
      : `docker login ${registry}`,
  });
}

export function failed(where: URL, found: string): TfodError {
  return new TfodError({
    code: 'REGISTRY_FAILED',
    what: `The registry ${where.host} does not do what it was asked`,
    where: where.href,
    found,
    remedy: 'try again later, or ask whoever keeps the registry',
  });
}

/** The registry answered what it must not answer. */
export function wrongAnswer(where: URL, facts: Pick<Problem, 'expected' | 'found'>): TfodError {
  return new TfodError({
    code: 'REGISTRY_ANSWER',
    what: `The registry ${where.host} gave something else than it was asked for`,
    where: where.href,
    ...facts,
    remedy: 'try again; if it stays so, something between here and the registry changes its answers',
  });
}
