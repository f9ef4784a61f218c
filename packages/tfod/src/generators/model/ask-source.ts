import { createInterface } from 'node:readline/promises';
import type { Zoo } from '../../models/source/zoo';
import { zooTable } from './zoo-table';

/** Somebody who can be asked. */
export interface Person {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Shows the zoo and asks where the model shall come from. An empty answer is none. */
export async function askSource({ input, output }: Person, zoo: Zoo): Promise<string | undefined> {
  output.write(`${zooTable(zoo)}\n\n`);
  const lines = createInterface({ input, output });
  try {
    const answer = await lines.question(
      'Where does the model come from? (zoo:…, https://…, a path, or demo) ',
    );
    return answer.trim() || undefined;
  } finally {
    lines.close();
  }
}

/** The person at the terminal, unless nobody is there or nothing shall be asked. */
export function personOf({ stdin, stdout, env }: NodeJS.Process): Person | undefined {
  const isSilent = env['NX_INTERACTIVE'] === 'false' || (env['CI'] !== undefined && env['CI'] !== 'false');
  return stdin.isTTY && stdout.isTTY && !isSilent ? { input: stdin, output: stdout } : undefined;
}
