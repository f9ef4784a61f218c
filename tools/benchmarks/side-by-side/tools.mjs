// @ts-check

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} target
 * @property {Record<string, string>} packages what is installed beside Nx
 * @property {Record<string, unknown>} nxJson what is added to nx.json
 * @property {(service: string) => Record<string, string>} files of a service, besides those that all tools have
 */

const own = (/** @type {string} */ service) => `apps/${service}`;

/** One file with all stages, from the workspace root: how one writes it without names for images and projects. */
const wholeDockerfile = (/** @type {string} */ service, /** @type {boolean} */ usesLibrary) =>
  [
    'FROM scratch AS base',
    `COPY ${own(service)}/docker/packages.txt /packages.txt`,
    'FROM base AS runtime',
    `COPY ${own(service)}/requirements/tf.lock /tf.lock`,
    'FROM runtime',
    ...(usesLibrary ? ['COPY libs/geometry/src/ /geometry/'] : []),
    `COPY ${own(service)}/models/demo/ /models/demo/`,
    `COPY ${own(service)}/src/ /app/`,
    'ENTRYPOINT ["python", "/app/detect.py"]',
    '',
  ].join('\n');

/**
 * @param {(service: string) => boolean} usesLibrary
 * @param {string} space what the names of images begin with
 * @returns {readonly Tool[]}
 */
export function toolsFor(usesLibrary, space) {
  return [
    {
      name: 'tfod',
      target: 'docker-build',
      packages: {},
      nxJson: {},
      files: (service) => ({
        'tfod.json': JSON.stringify({
          variants: ['cpu'],
          model: 'demo',
          image: `${space}-tfod/${service}`,
          port: 8080,
        }),
        'docker/base.Dockerfile': 'FROM scratch\nCOPY docker/packages.txt /packages.txt\n',
        'docker/tf.Dockerfile': 'FROM base\nCOPY requirements/tf.lock /tf.lock\n',
        Dockerfile: [
          'FROM runtime',
          ...(usesLibrary(service) ? ['COPY --from=geometry src/ /geometry/'] : []),
          'COPY models/demo/ /models/demo/',
          'COPY src/ /app/',
          'ENTRYPOINT ["python", "/app/detect.py"]',
          '',
        ].join('\n'),
      }),
    },
    {
      name: '@nx/docker',
      target: 'docker:build',
      packages: { '@nx/docker': '23.2.1' },
      nxJson: {
        plugins: [
          {
            plugin: '@nx/docker',
            options: {
              buildTarget: {
                name: 'docker:build',
                cwd: '.',
                skipDefaultTag: true,
                args: [`--tag ${space}-docker/{projectName}:cpu`, '--file {projectRoot}/Dockerfile'],
              },
            },
          },
        ],
      },
      files: (service) => ({ Dockerfile: wholeDockerfile(service, usesLibrary(service)) }),
    },
    {
      name: '@nx-tools/nx-container',
      target: 'container',
      packages: {
        '@nx-tools/nx-container': '7.3.0',
        '@nx/js': '23.2.1',
        dotenv: '17.2.3',
        tslib: '2.8.1',
      },
      nxJson: {
        targetDefaults: {
          container: {
            executor: '@nx-tools/nx-container:build',
            options: {
              engine: 'docker',
              context: '.',
              file: '{projectRoot}/Dockerfile',
              load: true,
              tags: [`${space}-container/{projectName}:cpu`],
            },
          },
        },
      },
      files: (service) => ({
        Dockerfile: wholeDockerfile(service, usesLibrary(service)),
        'project.json': JSON.stringify({ name: service, targets: { container: {} } }),
      }),
    },
  ];
}

/** The image of a service as each tool names it. @param {Tool} tool @param {string} space @param {string} service */
export function imageOf({ name }, space, service) {
  const account = { tfod: 'tfod', '@nx/docker': 'docker', '@nx-tools/nx-container': 'container' }[name];
  return `${space}-${account}/${service}:cpu`;
}
