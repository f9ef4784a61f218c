import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECK_IDS, finding } from './checks';
import { ENGINE_MESSAGES } from './engine-messages';

const ROOT = join(__dirname, '../../../..');
const PAGE = 'docs/gpu/host-and-engine.md';
const text = readFileSync(join(ROOT, PAGE), 'utf8');

it('has one section for each check, in the order of the checks', () => {
  const sections = [...text.matchAll(/^### <a id="([a-z-]+)"><\/a>([a-z.-]+)$/gm)];
  expect(sections.map(([, , id]) => id)).toEqual(CHECK_IDS);
  expect(sections.map(([, anchor]) => `${PAGE}#${anchor}`)).toEqual(
    CHECK_IDS.map((id) => finding(id, 'pass', '').docs),
  );
});

it('links to nothing that is not there', () => {
  const anchors = new Set([...text.matchAll(/<a id="([a-z-]+)">/g)].map(([, anchor]) => anchor));
  const links = [...text.matchAll(/\]\(#([a-z-]+)\)/g)].map(([, anchor]) => anchor);
  expect(links.filter((link) => !anchors.has(link))).toEqual([]);
});

it('knows each check that a message of the engine points to', () => {
  expect(ENGINE_MESSAGES.filter(({ check }) => !text.includes(`</a>${check}\n`))).toEqual([]);
});
