// @ts-check
import { join } from 'node:path';

/** Names of the images that a comparison builds, without a registry. */
export const IMAGES = {
  recipeBase: 'tfod-benchmark/recipe-base',
  recipe: 'tfod-benchmark/recipe',
  base: 'tfod-benchmark/base',
  tf: 'tfod-benchmark/tf',
  service: 'tfod-benchmark/service',
};

/**
 * @typedef {object} Places
 * @property {string} recipe folder with the recipe's Dockerfiles and all that they copy
 * @property {string} service folder of a generated service
 * @property {string} wheel folder that holds the runtime wheel
 * @property {string} pythonImage what both chains stand on
 * @property {readonly string[]} secrets values for `--secret`
 */

/**
 * The builds of both chains, in order: what a person would type.
 *
 * @param {Places} places
 * @returns {readonly { title: string, argv: readonly string[] }[]}
 */
export function builds({ recipe, service, wheel, pythonImage, secrets }) {
  const build = (
    /** @type {string} */ tag,
    /** @type {string} */ dockerfile,
    /** @type {string} */ context,
    /** @type {readonly string[]} */ options,
  ) => ({
    title: `build ${tag}`,
    argv: [
      ...['docker', 'buildx', 'build', '--load', '--tag', tag, '--file', join(context, dockerfile)],
      ...options,
      ...secrets.map((secret) => `--secret=${secret}`),
      context,
    ],
  });
  const on = (/** @type {string} */ alias, /** @type {string} */ image) =>
    `--build-context=${alias}=docker-image://${image}`;
  return [
    build(IMAGES.recipeBase, 'base.Dockerfile', recipe, [`--build-arg=PYTHON_IMAGE=${pythonImage}`]),
    build(IMAGES.recipe, 'tf.Dockerfile', recipe, [on('base', IMAGES.recipeBase)]),
    build(IMAGES.base, 'docker/base.Dockerfile', service, []),
    build(IMAGES.tf, 'docker/tf.Dockerfile', service, [on('base', IMAGES.base)]),
    build(IMAGES.service, 'Dockerfile', service, [
      on('runtime', IMAGES.tf),
      `--build-context=tfod-runtime=${wheel}`,
    ]),
  ];
}
