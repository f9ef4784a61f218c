import { aFolder } from '../testing/a-folder';
import { affectedBy } from '../testing/commits/affected';
import { firstFiles } from '../testing/commits/first-files';
import { keysIn } from '../testing/commits/keys-in';
import { projectsIn } from '../testing/commits/projects-in';
import { randomCommit } from '../testing/commits/random-commit';
import { changedPaths, writeFiles } from '../testing/commits/workspace-files';
import { numbersFrom } from '../testing/random-numbers';

/** tools/soundness/soundness.mjs asks for more of them, and for others. */
const COMMITS = Number(process.env['TFOD_COMMITS'] ?? 60);
const SEED = Number(process.env['TFOD_SEED'] ?? 1);
/** Of one commit, on a machine with other work. */
const LONGEST_MS = 5_000;

describe('what Nx takes for affected', () => {
  // Nx asks the plugins of its own workspace which files make projects; those of this one are not there.
  beforeAll(() => (process.env['NX_FORCE_REUSE_CACHED_GRAPH'] = 'true'));
  afterAll(() => delete process.env['NX_FORCE_REUSE_CACHED_GRAPH']);

  const name = `holds every project whose keys differ, or come or go, in ${COMMITS} random commits`;
  it(name, holdsInRandomCommits, COMMITS * LONGEST_MS);
});

async function holdsInRandomCommits(): Promise<void> {
  const random = numbersFrom(SEED);
  const wheelFolder = aFolder({ 'tfod_runtime-0.0.0-py3-none-any.whl': 'wheel' });
  const root = aFolder();
  const seen = { differing: 0, byOthers: 0, affected: 0, unbuildable: 0 };
  let files = firstFiles();
  writeFiles(root, new Map(), files);
  let whole = files;
  let keys = await keysIn(root, files, wheelFolder);
  for (let commit = 1; commit <= COMMITS; commit++) {
    // What cannot be built tells nothing, so it is mostly taken back, which is a commit like any other.
    const isWhole = [...keys.values()].every((key) => key !== undefined);
    if (isWhole) whole = files;
    const next = isWhole || random(3) === 0 ? randomCommit(files, random) : whole;
    writeFiles(root, files, next);
    const changed = changedPaths(files, next);
    const after = await keysIn(root, next, wheelFolder);
    const affected = await affectedBy(root, next, changed);
    for (const { name, root: folder } of projectsIn(next).filter((project) => after.has(project.name))) {
      if (after.get(name) === undefined) seen.unbuildable++;
      if (affected.tasks.has(name)) seen.affected++;
      if (!keys.has(name) || keys.get(name) === after.get(name)) continue;
      const told = { project: affected.projects.has(name), task: affected.tasks.has(name) };
      const where = { commit, name, changed };
      expect({ ...where, ...told }).toEqual({ ...where, project: true, task: true });
      seen.differing++;
      if (!changed.some((path) => path.startsWith(`${folder}/`))) seen.byOthers++;
    }
    [files, keys] = [next, after];
  }
  if (process.env['TFOD_COMMITS']) process.stdout.write(`${JSON.stringify({ seed: SEED, ...seen })}\n`);
  expect(seen.differing).toBeGreaterThan(COMMITS / 10);
  expect(seen.byOthers).toBeGreaterThan(COMMITS / 30);
}
