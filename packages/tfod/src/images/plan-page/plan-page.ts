import { graphOf } from './graph';
import { html, raw, type Html } from './html';
import { pageImages, type ExplainedPlan, type PageImage } from './page-image';
import { STYLE } from './style';

/** By this a page that tfod wrote is known. */
export const PAGE_MARK = '<meta name="generator" content="tfod plan">';

/** How many projects the title names before it counts them. */
const MOST_NAMES = 5;

/**
 * A plan, or several with what they share drawn once, as one page that needs nothing else: no script, no font, no
 * network. All text of the workspace is escaped.
 */
export function planPage(plans: readonly ExplainedPlan[]): string {
  const images = pageImages(plans);
  const names = plans.map(({ project }) => project);
  const title = `Plan of ${names.length > MOST_NAMES ? `${names.length} projects` : names.join(', ')}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        ${raw(PAGE_MARK)}
        <title>${title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        <p class="sum">${summary(images)}</p>
        <div class="graph">${graphOf(images)}</div>
        <h2>Images</h2>
        ${[...images].reverse().map(card)}
      </body>
    </html> `;
  return page.html;
}

/** `2 to build, 1 present`. */
function summary(images: readonly PageImage[]): string {
  const words: Readonly<Record<string, string>> = { build: 'to build', pull: 'to pull' };
  const verdicts = [...new Set(images.map(({ verdict }) => verdict))];
  const counts = verdicts.map(
    (verdict) => `${images.filter((image) => image.verdict === verdict).length} ${words[verdict] ?? verdict}`,
  );
  return counts.join(', ');
}

function card({ id, name, verdict, lines, ref, key, platform, nearest }: PageImage): Html {
  return html`<section class="image ${verdict}" id="${id}">
    <h3>${name} <span class="badge">${verdict}</span></h3>
    <ul>
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
    <p><code>${ref}</code> · ${platform} · key <code>${key}</code></p>
    ${nearest === undefined ? [] : [html`<p>compared with <code>${nearest}</code></p>`]}
  </section>`;
}
