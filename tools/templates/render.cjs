// @ts-check
/**
 * Generates one service and its manifests with the built plugin and writes them into a folder.
 *
 * Usage: node tools/templates/render.cjs FOLDER NAME [--option=value …]
 */
const { mkdirSync, writeFileSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');
const { createTreeWithEmptyWorkspace } = require('@nx/devkit/testing');

const generators = '../../dist/packages/tfod/src/generators';
const service = require(`${generators}/service/generator`).default;
const deploy = require(`${generators}/deploy/generator`).default;

async function main() {
  const [folder = '', name = '', ...rest] = process.argv.slice(2);
  const options = Object.fromEntries(rest.map((option) => option.replace(/^--/, '').split('=')));
  const tree = createTreeWithEmptyWorkspace({ formatter: 'none' });
  await service(tree, { name, ...options });
  deploy(tree, { project: name, directory: 'deploy/cpu' });
  if (options.variants?.includes('gpu'))
    deploy(tree, { project: name, directory: 'deploy/gpu', variant: 'gpu' });
  for (const { path, content } of tree.listChanges()) {
    if (!content) continue;
    const target = join(resolve(folder), path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
