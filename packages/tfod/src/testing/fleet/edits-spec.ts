import { prove, seedsOf } from './prove';

/**
 * The specs of random edits, of which there are several so that they run at once. With TFOD_EDITS, seeds with
 * commas between them, each makes those edits and no others.
 */
export function describeEdits(run: number, steps: number): void {
  const again = process.env['TFOD_EDITS'];
  const seeds = again ? again.split(',').map(Number) : seedsOf(run, steps);

  describe(`${seeds.length} random edits of a workspace of services`, () => {
    it('never leave a stale image, never cause a needless build, and each build has its reason', async () => {
      const { refutation, tally } = await prove(seeds);
      if (refutation) throw new Error(`${refutation.message}\n${replayOf(refutation.seeds)}`);
      if (again) return;
      expect(tally['images built']).toBeGreaterThan(steps / 2);
      expect(tally['asked: nothing to do']).toBeGreaterThan(steps / 4);
      expect(tally['asked: pulled']).toBeGreaterThan(0);
      expect(tally['explained: putting back needs no build']).toBeGreaterThan(steps / 20);
      expect(tally['killed']).toBeGreaterThan(0);
    }, 600_000);
  });
}

function replayOf(seeds: readonly number[]): string {
  return `again: TFOD_EDITS=${seeds.join(',')} npx jest --config packages/tfod/jest.config.cjs edits-1`;
}
