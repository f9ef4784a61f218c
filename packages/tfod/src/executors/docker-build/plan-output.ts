import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { writeFileAtomic } from '../../files/atomic-write';
import { PAGE_MARK } from '../../images/plan-page/plan-page';
import { TfodError, type Problem } from '../../values/tfod-error';

/** How a plan can be written: by the end of the file's name. */
export const OUTPUT_FORMATS = ['html', 'json'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** What the name of a file asks for; undefined for one that tfod does not write. */
export function formatOf(path: string): OutputFormat | undefined {
  return OUTPUT_FORMATS.find((format) => extname(path).toLowerCase() === `.${format}`);
}

export function unknownFormat(path: string): Problem {
  return {
    code: 'OUTPUT_UNKNOWN',
    what: 'A plan is not written in this form',
    where: '--output',
    expected: `a file that ends with ${OUTPUT_FORMATS.map((format) => `.${format}`).join(' or ')}`,
    found: path,
    remedy: '--output=plan.html for people, --output=plan.json for machines',
  };
}

/** Writes a plan, over an earlier plan and over nothing else; throws OUTPUT_NOT_OURS. */
export async function writePlan(workspaceRoot: string, path: string, text: string): Promise<void> {
  const file = resolve(workspaceRoot, path);
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw notWritten(path, error.code ?? error.message, error);
  });
  if (before !== undefined && !isPlan(before)) throw notWritten(path, 'a file that is no plan');
  await writeFileAtomic(file, text).catch((error: NodeJS.ErrnoException) => {
    throw notWritten(path, error.code ?? error.message, error);
  });
}

function isPlan(text: string): boolean {
  if (text.includes(PAGE_MARK)) return true;
  try {
    const documents = [JSON.parse(text)].flat() as readonly { service?: unknown; images?: unknown }[];
    return documents.every(({ service, images }) => typeof service === 'string' && Array.isArray(images));
  } catch {
    return false;
  }
}

function notWritten(path: string, found: string, cause?: unknown): TfodError {
  return new TfodError(
    {
      code: 'OUTPUT_NOT_OURS',
      what: 'The plan is not written over what is there',
      where: path,
      expected: 'no file, or a plan of before',
      found,
      remedy: 'name another file, or move that one away',
    },
    { cause },
  );
}
