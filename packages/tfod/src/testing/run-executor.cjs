// Runs docker-build of the service `parking` in $WORKSPACE in a process of its own, which a test may kill.
const { join } = require('node:path');
require('@swc-node/register');

const dockerBuild = require('../executors/docker-build/executor').default;
const { dockerEngine } = require('../engine/docker');

const root = process.env.WORKSPACE;
dockerBuild(
  {},
  {
    root,
    isVerbose: false,
    projectName: 'parking',
    projectsConfigurations: { version: 2, projects: { parking: { root: 'apps/parking' } } },
  },
  {
    engine: dockerEngine(),
    env: process.env,
    out: (text) => console.log(text),
    err: (text) => console.error(text),
    wheelFolder: join(root, 'wheel'),
  },
).then(({ success }) => process.exit(success ? 0 : 1));
