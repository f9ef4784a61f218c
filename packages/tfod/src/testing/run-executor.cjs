// Runs docker-build of the service $SERVICE in $WORKSPACE in a process of its own, which a test may kill.
const { join } = require('node:path');
require('@swc-node/register');

const dockerBuild = require('../executors/docker-build/executor').default;
const { dockerEngine } = require('../engine/docker');

const { WORKSPACE: root, SERVICE: projectName = 'parking' } = process.env;
dockerBuild(
  {},
  {
    root,
    isVerbose: false,
    projectName,
    projectsConfigurations: { version: 2, projects: { [projectName]: { root: `apps/${projectName}` } } },
  },
  {
    engine: dockerEngine(),
    env: process.env,
    print: (text) => console.log(text),
    report: (text) => console.error(text),
    wheelFolder: join(root, 'wheel'),
  },
).then(({ success }) => process.exit(success ? 0 : 1));
