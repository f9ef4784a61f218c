// @ts-check
import { megabytes } from '../image-parts/table.mjs';

/** The largest share of the recipe's image that the service's image may take. */
export const TARGET = 0.5;

/**
 * @typedef {object} Sizes bytes, as Docker counts them
 * @property {number} python the image that both stand on
 * @property {number} recipe
 * @property {number} service
 */

/**
 * @param {Sizes} sizes
 * @returns {number} what part of the recipe's image the service's image is
 */
export function ratio({ recipe, service }) {
  return service / recipe;
}

/**
 * The comparison as a Markdown table and the sentence that sums it up.
 *
 * @param {Sizes} sizes
 * @param {string} pythonImage the name of the image that both stand on
 */
export function report(sizes, pythonImage) {
  const { python, recipe, service } = sizes;
  const row = (/** @type {string} */ name, /** @type {number} */ bytes) =>
    `| ${name} | ${megabytes(bytes)} | ${megabytes(bytes - python)} |`;
  const verdict = ratio(sizes) <= TARGET ? 'within' : 'over';
  return [
    `| image | size | on top of ${pythonImage} |`,
    '| --- | ---: | ---: |',
    row('recipe', recipe),
    row('service', service),
    '',
    `The service is ${ratio(sizes).toFixed(2)} of the recipe, ${verdict} the target of ${TARGET.toFixed(2)}.`,
  ].join('\n');
}
