import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { ContextView } from '../files/context-view';
import { listTree } from '../files/tree';
import { aFolder } from '../testing/a-folder';
import { describeWithEngine } from '../testing/with-engine';
import { ignoreFileFor, parseIgnore } from './dockerignore';

interface Fixture {
  readonly content: string;
  readonly ignored?: readonly string[];
  readonly sent?: readonly string[];
  readonly error?: string;
}

const CASES = 24;
const DOCKERFILE = 'docker/x.Dockerfile';

/** Some of the recorded ignore files, spread over all of them. */
const fixtures = readFileSync(join(__dirname, 'fixtures', 'dockerignore.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Fixture)
  .filter(({ error }) => error === undefined)
  .filter((_, at, all) => at % Math.ceil(all.length / CASES) === 0);

/** Makes what can be made of the paths: one that another needs as a folder cannot be a file. */
function contextWith({ ignored = [], sent = [] }: Fixture): string {
  const root = aFolder({ [DOCKERFILE]: 'FROM scratch\nCOPY . /\n' });
  for (const path of [...ignored, ...sent]) {
    try {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), path, { flag: 'wx' });
    } catch {
      continue;
    }
  }
  return root;
}

/** All files that the builder copies. */
function builtFiles(root: string): string[] {
  const out = aFolder();
  execFileSync(
    'docker',
    [
      'buildx',
      'build',
      '--quiet',
      '--file',
      join(root, DOCKERFILE),
      '--output',
      `type=local,dest=${out}`,
      root,
    ],
    { stdio: 'pipe' },
  );
  return filesIn(out);
}

async function listedFiles(root: string, ignoreFile: string): Promise<string[]> {
  const ignore = parseIgnore(readFileSync(join(root, ignoreFile), 'utf8'));
  const sources = [{ path: '.', wildcard: false, where: '' }];
  const { entries } = await listTree(new ContextView(root, ignore), { sources });
  return entries.flatMap(({ type, path }) => (type === 'file' ? [path] : [])).sort();
}

function filesIn(root: string, folder = '.'): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? filesIn(root, path) : [path];
    })
    .sort();
}

describeWithEngine('ignore files on a real builder', () => {
  it("leave the same files as the builder's, those of one Dockerfile and not the one at the root", async () => {
    const listed: string[][] = [];
    for (const fixture of fixtures) {
      const root = contextWith(fixture);
      writeFileSync(join(root, '.dockerignore'), '*\n');
      writeFileSync(join(root, `${DOCKERFILE}.dockerignore`), fixture.content);
      const chosen = ignoreFileFor(DOCKERFILE, (path) => path === `${DOCKERFILE}.dockerignore`);
      const files = await listedFiles(root, chosen);
      expect({ ...fixture, files: builtFiles(root) }).toEqual({ ...fixture, files });
      listed.push(files);
    }
    expect(listed.length).toBeGreaterThanOrEqual(20);
    expect(new Set(listed.map((files) => files.join('\n'))).size).toBeGreaterThan(10);
  });

  it('leave the same files at the root where the Dockerfile has none', async () => {
    for (const fixture of fixtures.slice(0, 4)) {
      const root = contextWith(fixture);
      writeFileSync(join(root, '.dockerignore'), fixture.content);
      expect(builtFiles(root)).toEqual(
        await listedFiles(
          root,
          ignoreFileFor(DOCKERFILE, () => false),
        ),
      );
    }
  });
});
