// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LOCK = `numpy==2.2.0 --hash=sha256:${'ab'.repeat(32)}\n`;

/**
 * Writes services with the files and the Dockerfiles of real ones, whose steps take no time: what is measured is
 * what is left when nothing is to be built. All have the same base and runtime, each its own code.
 *
 * @param {string} root the workspace
 * @param {{ services: number, space: string, salt: string, targets?: Record<string, string> }} how many, the account
 *   of the images, what makes them differ from those of other runs, and executors by further targets
 * @returns {string[]} the names
 */
export function writeTinyServices(root, { services, space, salt, targets = {} }) {
  const names = Array.from({ length: services }, (_, at) => `svc${String(at).padStart(4, '0')}`);
  for (const name of names) {
    for (const [path, text] of Object.entries(filesOf(name, space, salt, targets))) {
      const file = join(root, 'apps', name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  return names;
}

/**
 * @param {string} name
 * @param {string} space
 * @param {string} salt
 * @param {Record<string, string>} executors
 * @returns {Record<string, string>}
 */
function filesOf(name, space, salt, executors) {
  const targets = Object.fromEntries(
    Object.entries({ nothing: 'nx:noop', ...executors }).map(([target, executor]) => [target, { executor }]),
  );
  const code = Object.fromEntries(
    Array.from({ length: 12 }, (_, at) => [
      `src/${name}/part${at}.py`,
      `print("${name} ${at}")\n`.repeat(40),
    ]),
  );
  return {
    'project.json': JSON.stringify({ name, targets }),
    'tfod.json': JSON.stringify({ variants: ['cpu'], model: 'demo', image: `${space}/${name}`, port: 8080 }),
    '.dockerignore': 'README.md\ntests\n**/*.pyc\n',
    'README.md': `# ${name}\n`,
    'docker/base.Dockerfile': 'FROM scratch\nCOPY docker/packages.txt /packages.txt\n',
    'docker/packages.txt': `${salt}\n`,
    'docker/tf.Dockerfile': 'FROM base\nCOPY requirements/tf.lock /tf.lock\n',
    'docker/gpu.Dockerfile': 'FROM base\nCOPY requirements/gpu.lock /gpu.lock\n',
    'requirements/tf.lock': LOCK,
    'requirements/gpu.lock': LOCK,
    Dockerfile: [
      'FROM runtime',
      'ARG MODEL=demo',
      'COPY --from=tfod-runtime *.whl /wheel/',
      'COPY --link models/${MODEL}/ /models/${MODEL}/',
      'COPY --link src/ /app/',
      `ENTRYPOINT ["python", "-m", "${name}.detect"]`,
      '',
    ].join('\n'),
    'models/demo/model.json': '{ "name": "demo" }\n',
    'models/demo/labels.pbtxt': "item { id: 1 name: 'car' }\n",
    'models/demo/saved_model/saved_model.pb': `weights of ${name}`.repeat(1000),
    ...code,
  };
}
