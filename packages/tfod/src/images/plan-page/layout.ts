import type { PageImage } from './page-image';

/** In pixels. */
export const NODE = { width: 276, height: 68 } as const;
const GAP = { x: 96, y: 22 } as const;
const MARGIN = 12;
/** A short column stands in the middle of a long one, and yet where the page begins. */
const MOST_ABOVE = 2;

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The upper left corner of each image's node, by its id. */
  readonly places: ReadonlyMap<string, Place>;
}

/** One column for each step down the chain, each image at the height of its parents as far as there is room. */
export function layOut(images: readonly PageImage[]): Layout {
  const columns = columnsOf(images);
  const rows = new Map<string, number>();
  for (const column of columns) {
    const wished = (image: PageImage): number => mean(image.parents.flatMap(({ id }) => rows.get(id) ?? []));
    [...column].sort((a, b) => wished(a) - wished(b)).forEach(({ id }, row) => rows.set(id, row));
  }
  const most = Math.max(0, ...columns.map(({ length }) => length));
  const places = columns.flatMap((column, at) =>
    column.map(({ id }): [string, Place] => {
      const above = Math.min((most - column.length) / 2, MOST_ABOVE);
      const row = (rows.get(id) ?? 0) + above;
      return [id, { x: MARGIN + at * (NODE.width + GAP.x), y: MARGIN + row * (NODE.height + GAP.y) }];
    }),
  );
  return {
    width: 2 * MARGIN + columns.length * NODE.width + Math.max(0, columns.length - 1) * GAP.x,
    height: 2 * MARGIN + most * NODE.height + Math.max(0, most - 1) * GAP.y,
    places: new Map(places),
  };
}

/** Parents come before children in the list. */
function columnsOf(images: readonly PageImage[]): readonly PageImage[][] {
  const depths = new Map<string, number>();
  const columns: PageImage[][] = [];
  for (const image of images) {
    const depth = Math.max(0, ...image.parents.map(({ id }) => (depths.get(id) ?? -1) + 1));
    depths.set(image.id, depth);
    (columns[depth] ??= []).push(image);
  }
  return columns;
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
