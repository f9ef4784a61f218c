import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from './a-folder';
import { docker } from './docker-build-bench';
import type { TinyWorkspace } from './tiny-service';

/** An image with a shell; the tests of the engine have it already. */
const SHELL = 'python:3.13-slim-trixie';

/** How often a step began and how often it came to its end. */
export interface Runs {
  readonly begun: number;
  readonly ended: number;
}

/**
 * Gives the base and the runtime image of a service a step that counts its runs where the builder runs it: in a
 * cache mount of the builder, which outlives the builds and those that ask for them.
 */
export function countSteps(workspace: TinyWorkspace, service: string, salt: string): void {
  workspace.write(
    `apps/${service}/docker/base.Dockerfile`,
    `${countedStage(salt, 'base')}FROM scratch\nCOPY docker/base.txt /base.txt\nCOPY --from=counted /done /base\n`,
  );
  workspace.write(
    `apps/${service}/docker/tf.Dockerfile`,
    `${countedStage(salt, 'tf')}FROM base\nCOPY requirements/tf.lock /tf.lock\nCOPY --from=counted /done /tf\n`,
  );
}

function countedStage(salt: string, role: string): string {
  const mount = counterMount(salt, role);
  // The id of a mount is no part of what BuildKit tells steps apart by; the words of the step are.
  const steps = `: ${salt} ${role} && echo x >> /count/begun && sleep 1 && echo x >> /count/ended && touch /done`;
  return `FROM ${SHELL} AS counted\nRUN --network=none ${mount} ${steps}\n`;
}

/** What the builder itself has counted. */
export function runsOf(salt: string, role: 'base' | 'tf'): Runs {
  const folder = aFolder();
  const mount = counterMount(salt, role);
  const read = `: ${randomUUID()} && cd /count && touch begun ended && wc -l < begun > /runs && wc -l < ended >> /runs`;
  writeFileSync(
    join(folder, 'Dockerfile'),
    [
      `FROM ${SHELL} AS counted`,
      `RUN --network=none ${mount} ${read}`,
      'FROM scratch',
      'COPY --from=counted /runs /runs',
    ].join('\n'),
  );
  const out = join(folder, 'out');
  docker('buildx', 'build', '--quiet', '--output', `type=local,dest=${out}`, folder);
  const [begun = NaN, ended = NaN] = readCounts(join(out, 'runs'));
  return { begun, ended };
}

function readCounts(file: string): number[] {
  return readFileSync(file, 'utf8').trim().split('\n').map(Number);
}

/**
 * Locked: where a mount that is shared is in use, by a look at the disk as well, BuildKit makes another one under the same
 * id, and the count is lost.
 */
function counterMount(salt: string, role: string): string {
  const id = `tfod-${role}-${salt.replaceAll(/\W/g, '-')}`;
  return `--mount=type=cache,id=${id},target=/count,sharing=locked`;
}
