/** One COCO result as `detections.json` holds it: the box is x, y, width, height in pixels. */
export interface CocoResult {
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly score: number;
  readonly file_name: string;
}

export interface Summary {
  readonly pictures: number;
  readonly detections: number;
  readonly failures: readonly {
    readonly file_name: string;
    readonly code: string;
    readonly reason: string;
  }[];
  readonly picturesPerSecond: number;
  readonly image: string | null;
  readonly model: { readonly name: string; readonly digest: string };
}

export interface Receipt {
  readonly service: string;
  readonly images: readonly {
    readonly role: string;
    readonly variant: string | null;
    readonly ref: string;
    readonly key: string;
    readonly id: string;
    readonly verdict: string;
    readonly reasons: readonly string[];
    readonly seconds: number;
    readonly bytes: number;
  }[];
}

/** Overlap of two boxes over what they cover together, 0 to 1. */
export function iou(a: CocoResult['bbox'], b: CocoResult['bbox']): number {
  const width = Math.max(0, Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]));
  const overlap = width * height;
  return overlap / (a[2] * a[3] + b[2] * b[3] - overlap);
}
