import { TinyWorkspace } from '../tiny-service';
import { readFiles, type Files } from './workspace-files';

const PYTHON = 'python:3.13-slim';

/** Three services with images of their own, two runtimes, two services that stand on one of them, three libraries. */
export function firstFiles(): Files {
  const workspace = new TinyWorkspace('salt');
  for (const name of ['parking', 'gate', 'plates']) workspace.addService(name);
  for (const name of ['ml', 'old']) workspace.addRuntime(name);
  for (const name of ['lot', 'kerb']) workspace.addService(name, { runtime: 'ml' });
  for (const name of ['lib-0', 'lib-1', 'lib-2']) {
    workspace.write(`libs/${name}/project.json`, JSON.stringify({ name }));
    workspace.write(`libs/${name}/src/area.py`, `AREA = ${name.length}\n`);
  }
  workspace.write('apps/plates/project.json', '{ "name": "number-plates" }');
  workspace.write('libs/old/docker/base.Dockerfile', `FROM ${PYTHON}\n`);
  workspace.write('apps/gate/docker/base.Dockerfile', `FROM ${PYTHON}\n`);
  const files = new Map([...readFiles(workspace.root, 'apps'), ...readFiles(workspace.root, 'libs')]);
  workspace.dispose();
  const pins = { version: 1, images: { [PYTHON]: { digest: `sha256:${'0'.repeat(64)}` } } };
  return files.set('tfod.lock.json', JSON.stringify(pins));
}
