/**
 * Where in `after` the items stand that are no part of a longest common subsequence with `before` (Hirschberg 1975,
 * by the table of Wagner and Fischer): the fewest that must be taken out to find the rest in `before` in this order.
 */
export function newItems(after: readonly string[], before: readonly string[]): number[] {
  const lengths = commonLengths(after, before);
  const fresh: number[] = [];
  let [at, other] = [0, 0];
  while (at < after.length) {
    if (other < before.length && after[at] === before[other]) {
      at += 1;
      other += 1;
    } else if (
      other < before.length &&
      lengthAt(lengths, at, other + 1) >= lengthAt(lengths, at + 1, other)
    ) {
      other += 1;
    } else {
      fresh.push(at);
      at += 1;
    }
  }
  return fresh;
}

/** `[i][j]`: how long a common subsequence the items from `i` and from `j` on have. */
function commonLengths(after: readonly string[], before: readonly string[]): number[][] {
  const lengths = Array.from({ length: after.length + 1 }, () =>
    new Array<number>(before.length + 1).fill(0),
  );
  for (let i = after.length - 1; i >= 0; i--) {
    for (let j = before.length - 1; j >= 0; j--) {
      (lengths[i] as number[])[j] =
        after[i] === before[j]
          ? lengthAt(lengths, i + 1, j + 1) + 1
          : Math.max(lengthAt(lengths, i + 1, j), lengthAt(lengths, i, j + 1));
    }
  }
  return lengths;
}

function lengthAt(lengths: readonly (readonly number[])[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}
