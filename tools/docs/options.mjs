// @ts-check
/**
 * Keeps the option tables of the README equal to the schemas.
 *
 * Usage: node tools/docs/options.mjs [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

/**
 * @typedef {object} Option
 * @property {string} [type]
 * @property {string[]} [enum]
 * @property {Option} [items]
 * @property {Option[]} [anyOf]
 * @property {Option[]} [oneOf]
 * @property {string} [description]
 * @property {unknown} [default]
 * @property {string} [x-priority]
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BEGIN = '<!-- options: written by tools/docs/options.mjs from the schemas -->';
const END = '<!-- end of options -->';

/** @returns {string} one heading and table for each generator and executor */
function tables() {
  const plugin = join(ROOT, 'packages/tfod');
  const json = (/** @type {string} */ path) => JSON.parse(readFileSync(join(plugin, path), 'utf8'));
  const { generators } = json('generators.json');
  const { executors } = json('executors.json');
  const sections = [
    ...Object.entries(generators).map(([name, entry]) => [`\`nx g tfod:${name}\``, entry]),
    ...Object.entries(executors).map(([name, entry]) => [`\`nx run <service>:${name}\``, entry]),
  ];
  return sections
    .map(
      ([title, { description, schema }]) =>
        `### ${title}\n\n${description}\n\n${table(json(schema).properties)}`,
    )
    .join('\n\n');
}

/** @param {Record<string, Option>} properties */
function table(properties) {
  const rows = Object.entries(properties)
    .filter(([, option]) => option['x-priority'] !== 'internal')
    .map(([name, option]) => `| \`${name}\` | ${kind(option)} | ${escape(option.description ?? '')} |`);
  return ['| option | values | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/**
 * @param {Option} option
 * @returns {string}
 */
function kind(option) {
  const either = option.anyOf ?? option.oneOf;
  if (either) return either.map(kind).join(' or ');
  if (option.enum) return option.enum.map((value) => `\`${value}\``).join(', ');
  if (option.type === 'array') return `list of ${option.items ? kind(option.items) : 'values'}`;
  return option.type ?? '';
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

const readme = join(ROOT, 'README.md');
const before = readFileSync(readme, 'utf8');
const [head, rest] = before.split(BEGIN);
const tail = rest?.split(END)[1];
if (head === undefined || tail === undefined) throw new Error(`README.md does not hold ${BEGIN} … ${END}`);
const after = await format(`${head}${BEGIN}\n\n${tables()}\n\n${END}${tail}`, {
  parser: 'markdown',
  singleQuote: true,
  printWidth: 110,
});
if (process.argv.includes('--check')) {
  if (after !== before)
    throw new Error('README.md is not what the schemas say: run node tools/docs/options.mjs');
} else {
  writeFileSync(readme, after);
}
