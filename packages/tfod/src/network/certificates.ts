import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { TfodError, type Problem } from '../values/tfod-error';

/** Where the tools of a machine behind an inspecting proxy are told of its certificates. */
const VARIABLES = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'PIP_CERT',
];

/**
 * The certificates to trust besides those of Node.js, from the files that the environment names; undefined when it
 * names none, so that Node.js decides. What is no file is passed over: REQUESTS_CA_BUNDLE may name a folder, and
 * images are often made with a variable for a file that only some hosts mount. Throws CERTIFICATES_UNREADABLE.
 */
export function trustOf(env: NodeJS.ProcessEnv): SecureContext | undefined {
  const named = VARIABLES.flatMap((name) => (env[name] ? [{ name, file: env[name] }] : []));
  const files = [...new Map(named.map((each) => [each.file, each])).values()].filter(({ file }) =>
    isFile(file),
  );
  if (files.length === 0) return undefined;
  return createSecureContext({ ca: [...rootCertificates, ...files.map(readBundle)] });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function readBundle({ name, file }: { readonly name: string; readonly file: string }): string {
  const bundle = readText(name, file);
  // OpenSSL takes a text without one for a bundle of none.
  if (!CERTIFICATE.test(bundle)) throw new TfodError(unreadable(name, file, 'no certificate in PEM form'));
  return bundle;
}

const CERTIFICATE = /-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/;

function readText(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new TfodError(unreadable(name, file, found), { cause: error });
  }
}

function unreadable(name: string, file: string, found: string): Problem {
  return {
    code: 'CERTIFICATES_UNREADABLE',
    what: 'The file of certificates that the environment names cannot be read',
    where: `${name}=${file}`,
    found,
    remedy: `correct ${name}, or unset it`,
  };
}

/** Errors of TLS that are about the certificate have these in their codes. */
const ABOUT_CERTIFICATE = /CERT|SELF_SIGNED|ISSUER|LEAF_SIGNATURE|ALTNAME/;

/** Whether a connection failed since the certificate of the server is not trusted, by the code of the error. */
export function isCertificateError(code: string): boolean {
  return ABOUT_CERTIFICATE.test(code);
}
