// @ts-check
/** Writes workspaces of many services, made from the files of one that the generator wrote. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One library for each ten services. */
const PER_LIBRARY = 10;

/**
 * The files of a service that the graph may look at, by path: without the models, which it never reads.
 * @param {string} folder of a generated service
 * @returns {ReadonlyMap<string, string>}
 */
export function graphFiles(folder) {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !name.startsWith('models/'));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/**
 * Writes services `service-1` … and the libraries that their Dockerfiles copy from.
 * @param {string} workspace
 * @param {number} count
 * @param {ReadonlyMap<string, string>} files of the service `parking`
 */
export function writeFleet(workspace, count, files) {
  const write = (/** @type {string} */ path, /** @type {string} */ text) => {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  };
  for (let number = 1; number <= Math.ceil(count / PER_LIBRARY); number++) {
    write(`libs/library-${number}/project.json`, JSON.stringify({ name: `library-${number}` }));
    write(`libs/library-${number}/src/area.py`, 'AREA = 1\n');
  }
  for (let number = 1; number <= count; number++) {
    const library = `library-${Math.ceil(number / PER_LIBRARY)}`;
    for (const [path, text] of files) {
      const named = text.replaceAll('parking', `service-${number}`);
      const copying = path === 'Dockerfile' ? `${named}COPY --from=${library} src/ /app/\n` : named;
      write(`apps/service-${number}/${path.replaceAll('parking', 'service')}`, copying);
    }
  }
}
