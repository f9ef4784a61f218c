/** How a registry wants to be shown who asks. */
export type Challenge =
  | { readonly scheme: 'basic' }
  /** Tokens come from another address (the distribution project's token authentication). */
  | { readonly scheme: 'bearer'; readonly realm: URL; readonly service?: string };

const PARAMETER = /([a-z]\w*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/** The first challenge of a `WWW-Authenticate` header that can be met (RFC 9110, 11.6.1); undefined for others. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const text = header ?? '';
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/is.exec(text)?.[1];
  const parameters = new Map(
    [...(bearer ?? '').matchAll(PARAMETER)].map(([, name = '', quoted, plain]) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '',
    ]),
  );
  const realm = parameters.get('realm') ?? '';
  if (URL.canParse(realm)) {
    const service = parameters.get('service');
    return { scheme: 'bearer', realm: new URL(realm), ...(service !== undefined && { service }) };
  }
  return /(?:^|,)\s*basic(\s|,|$)/i.test(text) ? { scheme: 'basic' } : undefined;
}
