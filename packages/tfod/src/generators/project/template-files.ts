import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, type ProjectFile } from './files';
import { fillPath, fillText, type Substitutions } from './template';

/** What the templates below a folder become, in a fixed order. */
export function templateFiles(folder: string, values: Substitutions): readonly ProjectFile[] {
  return filesBelow(folder).map((source) => ({
    path: fillPath(source, values),
    content: Buffer.from(fillText(readFileSync(join(folder, source), 'utf8'), values)),
  }));
}
