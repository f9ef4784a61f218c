import { prove, seedsOf } from './prove';

/** Each walk starts with a workspace and an engine of its own, so that its last step is as quick as its first. */
const WALKS = 10;
const STEPS = 500;

/**
 * The specs of random edits, of which there are several so that they run at once. With TFOD_EDITS, seeds with
 * commas between them, each makes those edits and no others.
 */
export function describeEdits(run: number): void {
  const again = process.env['TFOD_EDITS'];
  const walks = again
    ? [again.split(',').map(Number)]
    : Array.from({ length: WALKS }, (_, walk) => seedsOf(run * WALKS + walk, STEPS));

  describe.each(walks.map((seeds, walk) => ({ walk: walk + 1, seeds })))(
    'random edits of a workspace of services, walk $walk',
    ({ seeds }) => {
      it('never leave a stale image, never cause a needless build, and each build has its reason', async () => {
        const { refutation, tally } = await prove(seeds);
        if (refutation) throw new Error(`${refutation.message}\n${replayOf(refutation.seeds)}`);
        if (again) return;
        expect(tally['images built']).toBeGreaterThan(seeds.length / 2);
        expect(tally['asked: nothing to do']).toBeGreaterThan(seeds.length / 4);
        expect(tally['killed']).toBeGreaterThan(0);
      }, 300_000);
    },
  );
}

function replayOf(seeds: readonly number[]): string {
  return `again: TFOD_EDITS=${seeds.join(',')} npx jest --config packages/tfod/jest.config.cjs edits-1`;
}
