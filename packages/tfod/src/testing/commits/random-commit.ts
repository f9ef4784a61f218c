import { posix } from 'node:path';
import { projectsIn, type Project } from './projects-in';
import type { Files } from './workspace-files';

/** Numbers from 0 below a limit. */
export type Random = (limit: number) => number;

type Draft = Map<string, string>;
type Edit = (draft: Draft, projects: readonly Project[], random: Random) => void;

/** What a commit may do; what is not to be done in a workspace as it is does nothing. */
const EDITS: readonly Edit[] = [
  editAFile,
  editAFile,
  editAFile,
  addAFile,
  deleteAFile,
  nameAProject,
  nameAProject,
  nameNoProject,
  chooseAProject,
  chooseAProject,
  moveOntoRuntime,
  moveOffRuntime,
  renameLibrary,
  moveLibrary,
  removeLibrary,
  addLibrary,
  ignoreSomething,
  movePin,
  breakDockerfile,
];

const OWN_IMAGES = /^(docker|requirements)\//;

/** The files after a commit of one to three random edits. */
export function randomCommit(files: Files, random: Random): Files {
  const draft = new Map(files);
  for (let left = 1 + random(3); left > 0; left--) {
    pick(EDITS, random)?.(draft, projectsIn(draft), random);
  }
  return draft;
}

function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[random(items.length)];
}

function filesOf(draft: Files, root: string): readonly string[] {
  return [...draft.keys()].filter((path) => path.startsWith(`${root}/`));
}

function change(draft: Draft, path: string | undefined, edit: (text: string) => string): void {
  const text = path === undefined ? undefined : draft.get(path);
  if (path !== undefined && text !== undefined) draft.set(path, edit(text));
}

function editAFile(draft: Draft, _projects: readonly Project[], random: Random): void {
  const paths = [...draft.keys()].filter((path) => !/\.json$|\.lock$/.test(path));
  change(draft, pick(paths, random), (text) => `${text}# ${random(1e6)}\n`);
}

function addAFile(draft: Draft, projects: readonly Project[], random: Random): void {
  const project = pick(projects, random);
  if (project) draft.set(`${project.root}/src/added-${random(9)}.txt`, `${random(1e6)}\n`);
}

function deleteAFile(draft: Draft, _projects: readonly Project[], random: Random): void {
  const path = pick(
    [...draft.keys()].filter((each) => /\/src\/added-/.test(each)),
    random,
  );
  if (path !== undefined) draft.delete(path);
}

/** A Dockerfile of a service or a runtime starts to copy from a library, or from the image of a service. */
function nameAProject(draft: Draft, projects: readonly Project[], random: Random): void {
  const path = pick(
    [...draft.keys()].filter((each) => /Dockerfile$/.test(each)),
    random,
  );
  const { name, kind } = pick(projects, random) ?? {};
  if (path === undefined || kind === undefined || kind === 'runtime') return;
  const copied = kind === 'library' ? 'src/ /lib/' : '/app /app/';
  change(draft, path, (text) => `${text}COPY --from=${name} ${copied}\n`);
}

function nameNoProject(draft: Draft, _projects: readonly Project[], random: Random): void {
  const path = pick(
    [...draft.keys()].filter((each) => /Dockerfile$/.test(each)),
    random,
  );
  change(draft, path, (text) => text.replace(/^COPY --from=(?!tfod-runtime).*\n/m, ''));
}

/** A build argument in the project.json says what the Dockerfile of a service copies from. */
function chooseAProject(draft: Draft, projects: readonly Project[], random: Random): void {
  const { root } =
    pick(
      projects.filter(({ kind }) => kind === 'service'),
      random,
    ) ?? {};
  const { name } =
    pick(
      projects.filter(({ kind }) => kind === 'library'),
      random,
    ) ?? {};
  if (root === undefined || name === undefined) return;
  change(draft, `${root}/Dockerfile`, (text) =>
    text.includes('ARG LIB')
      ? text
      : `ARG LIB=scratch\nFROM \${LIB} AS chosen\n${text}COPY --from=chosen src/ /chosen/\n`,
  );
  const options = { buildArgs: { LIB: name } };
  const written = JSON.parse(draft.get(`${root}/project.json`) ?? '{}') as object;
  const targets = {
    'docker-build': random(2) === 0 ? { options } : { options, configurations: { eu: options } },
  };
  draft.set(`${root}/project.json`, JSON.stringify({ ...written, targets }));
}

function moveOntoRuntime(draft: Draft, projects: readonly Project[], random: Random): void {
  const service = pick(
    projects.filter(({ kind }) => kind === 'service'),
    random,
  );
  const runtime = pick(
    projects.filter(({ kind }) => kind === 'runtime'),
    random,
  );
  if (!service || !runtime) return;
  const own = filesOf(draft, service.root).filter((path) =>
    OWN_IMAGES.test(path.slice(service.root.length + 1)),
  );
  for (const path of own) draft.delete(path);
  change(draft, `${service.root}/tfod.json`, (text) =>
    JSON.stringify({ ...JSON.parse(text), runtime: runtime.name }),
  );
}

function moveOffRuntime(draft: Draft, projects: readonly Project[], random: Random): void {
  const service = pick(
    projects.filter(({ kind }) => kind === 'service'),
    random,
  );
  const runtime = pick(
    projects.filter(({ kind }) => kind === 'runtime'),
    random,
  );
  if (!service || !runtime) return;
  for (const path of filesOf(draft, runtime.root)) {
    const inside = path.slice(runtime.root.length + 1);
    if (OWN_IMAGES.test(inside)) draft.set(`${service.root}/${inside}`, draft.get(path) ?? '');
  }
  change(draft, `${service.root}/tfod.json`, (text) =>
    JSON.stringify({ ...JSON.parse(text), runtime: undefined }),
  );
}

function renameLibrary(draft: Draft, projects: readonly Project[], random: Random): void {
  const library = pick(
    projects.filter(({ kind }) => kind === 'library'),
    random,
  );
  const name = `lib-${random(6)}`;
  if (!library || projects.some((each) => each.name === name)) return;
  draft.set(`${library.root}/project.json`, JSON.stringify({ name }));
  if (random(2) === 0) return;
  for (const [path, text] of draft) {
    if (/Dockerfile$/.test(path))
      draft.set(path, text.replaceAll(`--from=${library.name} `, `--from=${name} `));
  }
}

function moveLibrary(draft: Draft, projects: readonly Project[], random: Random): void {
  const library = pick(
    projects.filter(({ kind }) => kind === 'library'),
    random,
  );
  const root = `libs/folder-${random(9)}`;
  if (!library || projects.some((each) => each.root === root)) return;
  for (const path of filesOf(draft, library.root)) {
    draft.set(posix.join(root, path.slice(library.root.length)), draft.get(path) ?? '');
    draft.delete(path);
  }
}

function removeLibrary(draft: Draft, projects: readonly Project[], random: Random): void {
  const library = pick(
    projects.filter(({ kind }) => kind === 'library'),
    random,
  );
  if (!library || random(3) > 0) return;
  for (const path of filesOf(draft, library.root)) draft.delete(path);
}

function addLibrary(draft: Draft, projects: readonly Project[], random: Random): void {
  const [name, root] = [`lib-${random(6)}`, `libs/folder-${random(9)}`];
  if (projects.some((each) => each.name === name || each.root === root)) return;
  draft.set(`${root}/project.json`, JSON.stringify({ name }));
  draft.set(`${root}/src/area.py`, `AREA = ${random(1e6)}\n`);
}

function ignoreSomething(draft: Draft, projects: readonly Project[], random: Random): void {
  const project = pick(projects, random);
  const line = pick(['src/added-*', '**/*.py', 'README.md', '!src/added-1.txt'], random);
  if (project) draft.set(`${project.root}/.dockerignore`, `${line}\n`);
}

function movePin(draft: Draft, _projects: readonly Project[], random: Random): void {
  const digest = `sha256:${String(random(1e6)).padStart(64, '0')}`;
  change(draft, 'tfod.lock.json', (text) => text.replace(/sha256:[0-9a-f]{64}/, digest));
}

/** Half-written at one commit, and whole again at a later one. */
function breakDockerfile(draft: Draft, _projects: readonly Project[], random: Random): void {
  const broken = [...draft].filter(([, text]) => text.endsWith('COPY --from=\n')).map(([path]) => path);
  const path =
    pick(broken, random) ??
    pick(
      [...draft.keys()].filter((each) => /Dockerfile$/.test(each)),
      random,
    );
  change(draft, path, (text) =>
    text.endsWith('COPY --from=\n') ? text.slice(0, -'COPY --from=\n'.length) : `${text}COPY --from=\n`,
  );
}
