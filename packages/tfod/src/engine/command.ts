/** A program and its arguments as data, so that it can be shown, compared and run, and no shell ever reads it. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Added to the environment of the caller. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Text for the standard input, which is otherwise empty. */
  readonly stdin?: string;
}

const HIDDEN = '***';
const PLAIN_WORD = /^[\w@%+=:,./-]+$/;
const ASSIGNMENT = /^(--[\w-]+=)?([A-Za-z_]\w*)=(.*)$/s;
const SECRET_NAME = /(^|_)(TOKEN|PASSWORD|PASSWD|SECRET|CREDENTIALS?|API_?KEY|ACCESS_KEY)(_|$)/i;
/** Only where an address may hold a password: `docker-image://python:3.13@sha256:…` has none. */
const USER_INFO = /\b((?:git\+)?(?:https?|ftps?):\/\/)[^/\s@]+@/gi;

/** One line that a person can paste into a POSIX shell; passwords in it are replaced by `***`. */
export function printable(command: Command): string {
  const env = Object.entries(command.env ?? {}).map(([name, value]) => quote(`${name}=${value}`));
  const line = [...env, quote(command.file), ...command.args.map(quote)].join(' ');
  const fed = command.stdin === undefined ? line : `printf %s ${quote(command.stdin)} | ${line}`;
  return command.cwd === undefined ? fed : `(cd ${quote(command.cwd)} && ${fed})`;
}

/**
 * A word for people to read: the user and password of a URL and the value of a variable that is called a
 * password or a token are left out.
 */
export function redact(word: string): string {
  const [, flag = '', name = '', value] = ASSIGNMENT.exec(word) ?? [];
  if (value !== undefined && value !== '' && SECRET_NAME.test(name)) return `${flag}${name}=${HIDDEN}`;
  return word.replace(USER_INFO, `$1${HIDDEN}@`);
}

function quote(word: string): string {
  const shown = redact(word);
  if (PLAIN_WORD.test(shown)) return shown;
  const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(shown);
  return assignment ? `${assignment[1]}=${quoted(assignment[2] ?? '')}` : quoted(shown);
}

function quoted(text: string): string {
  return PLAIN_WORD.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
