// @ts-check
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Edit
 * @property {string} title
 * @property {(root: string) => void} make
 * @property {'one' | 'users of the library' | 'none'} changes whose image has other content afterwards
 */

const one = (/** @type {string} */ path) => join('apps/svc00', path);

/** @type {readonly Edit[]} */
export const EDITS = [
  { title: 'code of one service', make: (root) => append(root, one('src/detect.py')), changes: 'one' },
  {
    title: 'weights of one service',
    make: (root) => append(root, one('models/demo/weights')),
    changes: 'one',
  },
  {
    title: 'file renamed',
    make: (root) => renameSync(join(root, one('src/draw.py')), join(root, one('src/paint.py'))),
    changes: 'one',
  },
  {
    title: 'execute bit',
    make: (root) => chmodSync(join(root, one('src/detect.py')), 0o755),
    changes: 'one',
  },
  {
    title: 'library that three services copy',
    make: (root) => append(root, 'libs/geometry/src/shapes.py'),
    changes: 'users of the library',
  },
  {
    title: 'README of the library',
    make: (root) => append(root, 'libs/geometry/README.md'),
    changes: 'none',
  },
  { title: 'README of one service', make: (root) => append(root, one('README.md')), changes: 'none' },
  {
    title: 'tests of one service',
    make: (root) => append(root, one('tests/test_detect.py')),
    changes: 'none',
  },
  {
    title: 'comment in a Dockerfile',
    make: (root) => append(root, one('Dockerfile'), '# a comment\n'),
    changes: 'none',
  },
  {
    title: 'another branch and back',
    make: (root) => {
      const { atime } = { atime: new Date() };
      for (const file of ['src/detect.py', 'src/run.py']) utimesSync(join(root, one(file)), atime, atime);
    },
    changes: 'none',
  },
];

/** @param {string} root @param {string} path @param {string} [text] */
function append(root, path, text = `# edited ${path}\n`) {
  appendFileSync(join(root, path), text);
}

/** @param {string} root */
export function commitAll(root) {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args], {
      cwd: root,
      stdio: 'pipe',
    });
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'edit');
}
