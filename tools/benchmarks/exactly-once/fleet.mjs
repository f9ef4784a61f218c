// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** An image with a shell, in which the counted steps run. */
export const SHELL = 'python:3.13-slim-trixie';

/** The roles whose images all services share. */
export const SHARED = /** @type {const} */ (['base', 'tf']);

const LOCK = `numpy==2.2.0 --hash=sha256:${'ab'.repeat(32)}\n`;

/**
 * Writes services that are quick to build into a workspace: equal base and runtime, each its own code. Both shared
 * images have a step that counts its runs in a cache mount of the builder, which outlives every build.
 *
 * @param {string} root the workspace
 * @param {{ services: number, salt: string, seconds?: number }} options `salt`: what no other fleet has; `seconds`: how
 *   long a counted step takes
 * @returns {string[]} the names of the services
 */
export function writeFleet(root, { services, salt, seconds = 1 }) {
  const names = Array.from({ length: services }, (_, at) => `fleet-${at}`);
  for (const name of names) {
    for (const [path, text] of Object.entries(filesOf(name, salt, seconds))) {
      const file = join(root, 'apps', name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  return names;
}

/**
 * The cache mount in which the step of a role counts. Locked: where one that is shared is in use, by a look at the disk as
 * well, BuildKit makes another one under the same id, and the count is lost.
 *
 * @param {string} salt
 * @param {string} role
 */
export function counterMount(salt, role) {
  return `--mount=type=cache,id=tfod-once-${salt}-${role},target=/count,sharing=locked`;
}

/**
 * @param {string} name
 * @param {string} salt
 * @param {number} seconds
 * @returns {Record<string, string>}
 */
function filesOf(name, salt, seconds) {
  const counted = (/** @type {string} */ role) => {
    // BuildKit tells steps apart by their words, and not by the ids of their mounts.
    const steps = `: ${salt} ${role} && echo x >> /count/begun && sleep ${seconds} && echo x >> /count/ended && touch /done`;
    const mount = counterMount(salt, role);
    return `FROM ${SHELL} AS counted\nRUN --network=none ${mount} ${steps}\n`;
  };
  return {
    'tfod.json': `${JSON.stringify({ variants: ['cpu'], model: 'demo', image: `tfod-once/${name}`, port: 8080 })}\n`,
    'docker/base.Dockerfile': `${counted('base')}FROM scratch\nCOPY --from=counted /done /base\n`,
    'docker/tf.Dockerfile': `${counted('tf')}FROM base\nCOPY requirements/tf.lock /tf.lock\nCOPY --from=counted /done /tf\n`,
    'requirements/tf.lock': LOCK,
    Dockerfile: [
      'FROM runtime',
      'ARG MODEL=demo',
      'COPY --from=tfod-runtime *.whl /wheel/',
      'COPY --link models/${MODEL}/ /models/${MODEL}/',
      'COPY --link src/ /app/',
      'ENTRYPOINT ["python", "-m", "fleet.detect"]',
      '',
    ].join('\n'),
    'src/fleet/detect.py': `print("${name} ${salt}")\n`,
    'models/demo/model.json': '{ "name": "demo" }\n',
    'models/demo/labels.pbtxt': "item { id: 1 name: 'car' }\n",
    'models/demo/saved_model/saved_model.pb': 'not a pointer',
  };
}
