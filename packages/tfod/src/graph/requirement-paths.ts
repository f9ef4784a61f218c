/** The options of a requirements file that name another file or a project's folder. */
const NAMES_PATH = /^(?:-r|--requirement|-c|--constraint|-e|--editable)(?:\s*=\s*|\s+|(?<=^-[rce]))(.+)$/;

/**
 * The files and folders that the lines of a requirements file name, as they are written: `-r`, `-c` and `-e`, and
 * packages from `file:` or from a folder. What pip would fetch is left out.
 */
export function requirementPaths(text: string): readonly string[] {
  return text
    .replaceAll(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .flatMap((line) => pathIn(line) ?? []);
}

function pathIn(line: string): string | undefined {
  const option = NAMES_PATH.exec(line)?.[1]?.trim();
  const named = option ?? (/^[\w.-]+(?:\[[^\]]*\])?\s*@\s*(file:.+)$/.exec(line)?.[1] || line);
  const [written = ''] = unquoted(named).split(/\s*;|\s+--|\s+@\s/);
  const isLocal = option !== undefined || /^(file:|\.{1,2}(\/|$)|\/)/.test(written);
  if (!isLocal || /^(?!file:)[a-z][a-z+]*:/i.test(written)) return undefined;
  const path = written
    .replace(/^file:(\/\/(localhost(?=\/))?)?/, '')
    .replace(/[#?].*$/, '')
    .replace(/\[[^\]]*\]$/, '')
    .replace(/^\/*\$\{PROJECT_ROOT\}\/+/, '');
  return path === '' ? undefined : path;
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
