import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TfodError } from '../../values/tfod-error';
import { inferInContainer } from '../infer/container-runner';
import type { Picture } from '../infer/find-pictures';
import { inferInPython } from '../infer/python-runner';
import type { InferRequest } from '../infer/request';
import type { Surroundings } from '../infer/surroundings';

/** Lets the service look at the pictures; throws EVALUATE_PICTURES unless all of them were looked at. */
export async function detect(
  request: InferRequest,
  pictures: readonly Picture[],
  surroundings: Surroundings,
): Promise<void> {
  const infer = request.runner === 'python' ? inferInPython : inferInContainer;
  // The summary that the runtime prints is not what was asked for.
  const print = request.dryRun ? surroundings.print : () => undefined;
  const code = await infer(request, pictures, { ...surroundings, print });
  if (code === 0) return;
  throw new TfodError({
    code: 'EVALUATE_PICTURES',
    what: 'The service did not look at all of the pictures, and figures of some are figures of others',
    found: (await failures(request.output)) ?? `its exit code ${code}; what it said stands above`,
    remedy: 'mend the pictures, or leave them out of the annotations',
  });
}

async function failures(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'summary.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const summary = JSON.parse(text) as { failures: readonly { file_name: string; reason: string }[] };
  const lines = summary.failures.map(({ file_name: name, reason }) => `${name}: ${reason}`);
  return lines.length === 0 ? undefined : lines.slice(0, 5).join('\n            ');
}
