import { html, type Html } from './html';
import { NODE, layOut, type Layout, type Place } from './layout';
import type { PageImage, Parent } from './page-image';

/** What fits into a node. */
const NAME_LETTERS = 24;
const REASON_LETTERS = 35;

/** The images as a drawing: parents on the left, what stands on them on the right. */
export function graphOf(images: readonly PageImage[]): Html {
  const layout = layOut(images);
  const { width, height } = layout;
  return html`<svg
    role="img"
    aria-label="The images and what they stand on"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
    xmlns="http://www.w3.org/2000/svg"
  >
    ${images.flatMap((image) => edgesOf(image, layout))}
    ${images.map((image) => nodeOf(image, placeOf(image.id, layout)))}
  </svg>`;
}

function edgesOf({ id, parents }: PageImage, layout: Layout): Html[] {
  const to = placeOf(id, layout);
  return parents.map((parent) => edgeOf(placeOf(parent.id, layout), to, parent));
}

function edgeOf(from: Place, to: Place, { isCause }: Parent): Html {
  const [x1, y1] = [from.x + NODE.width, from.y + NODE.height / 2];
  const [x2, y2] = [to.x, to.y + NODE.height / 2];
  const middle = (x1 + x2) / 2;
  return html`<path
    class="edge ${isCause ? 'cause' : ''}"
    d="M ${x1} ${y1} C ${middle} ${y1}, ${middle} ${y2}, ${x2} ${y2}"
  />`;
}

function nodeOf({ id, name, verdict, lines, reasons, ref }: PageImage, { x, y }: Place): Html {
  const first = reasons[0] ?? ref;
  const more = reasons.length > 1 ? ` (+${reasons.length - 1})` : '';
  return html`<a class="node ${verdict}" href="#${id}" transform="translate(${x} ${y})">
    <title>${[name, ...lines].join('\n')}</title>
    <rect width="${NODE.width}" height="${NODE.height}" rx="9" />
    <text class="name" x="14" y="28">${shortened(name, NAME_LETTERS)}</text>
    <text class="verdict" x="${NODE.width - 14}" y="28">${verdict}</text>
    <svg width="${NODE.width - 8}" height="${NODE.height}">
      <text class="why" x="14" y="50">${shortened(first, REASON_LETTERS - more.length)}${more}</text>
    </svg>
  </a>`;
}

function shortened(text: string, letters: number): string {
  const all = [...text];
  return all.length <= letters ? text : `${all.slice(0, letters - 1).join('')}…`;
}

function placeOf(id: string, { places }: Layout): Place {
  return places.get(id) ?? { x: 0, y: 0 };
}
