import { offsetFromRoot } from '@nx/devkit';
import { SERVICE_FILE } from '../../service/service';
import type { ProjectFile } from './files';
import { withLineEndsOf, withoutCr } from './line-ends';

type Settings = Readonly<Record<string, unknown>>;

/** A new tfod.json; `schema` is the name of what describes it to editors. */
export function settingsFile(root: string, schema: string, settings: Settings): ProjectFile {
  const $schema = `${offsetFromRoot(root)}node_modules/tfod/schemas/${schema}.schema.json`;
  const text = JSON.stringify({ $schema, ...settings }, null, 2);
  return { path: SERVICE_FILE, content: Buffer.from(`${withFlatLists(text)}\n`) };
}

/** The text of a tfod.json that can be read, with some settings changed or added and all else as it was. */
export function withSettings(text: string, settings: Settings): string {
  const changed = Object.entries(settings).reduce((changed, [key, value]) => {
    const written = JSON.stringify(value, null, 1)
      .replaceAll(/\n\s*/g, ' ')
      .replaceAll(/(?<=\[) | (?=\])/g, '');
    const there = new RegExp(`("${key}"\\s*:\\s*)(\\[[^\\]]*\\]|"[^"]*")`);
    if (there.test(changed)) return changed.replace(there, (_, before: string) => before + written);
    return changed.replace(/\s*\}\s*$/, () => `,\n  "${key}": ${written}\n}\n`);
  }, withoutCr(text));
  return withLineEndsOf(text, changed);
}

/** One line for a list, as formatters have it. */
function withFlatLists(text: string): string {
  return text.replaceAll(/\[[^\]]*\]/g, (list) => `[${list.slice(1, -1).trim().replaceAll(/\n\s*/g, ' ')}]`);
}
