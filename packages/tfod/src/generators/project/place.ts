import { SERVICE_FILE, type TfodProject } from '../../service/service';
import type { Problem } from '../../values/tfod-error';
import type { AskedProject } from './options';
import type { WorkspaceFacts } from './workspace-facts';

type Kind = 'service' | 'runtime';

/** What speaks against a project of this kind in the folder that was asked for. */
export function placeProblems(
  { name, directory }: AskedProject,
  kind: Kind,
  facts: WorkspaceFacts,
): readonly Problem[] {
  const owner = [...facts.projects].find(([, root]) => root === directory)?.[0];
  const root = facts.projects.get(name);
  const problems: Problem[] = [];
  if (root !== undefined && root !== directory) {
    problems.push({
      code: 'PROJECT_EXISTS',
      what: `There is a project "${name}" already`,
      where: root,
      remedy: `choose another name, or use --directory=${root} to complete that project if it is a ${kind}`,
    });
  }
  if (owner !== undefined && owner !== name) {
    problems.push({
      code: 'DIRECTORY_TAKEN',
      what: `The folder belongs to the project "${owner}"`,
      where: directory,
      remedy: 'choose another --directory',
    });
  } else if (facts.occupants.length > 0 && !facts.occupants.includes(`${directory}/${SERVICE_FILE}`)) {
    problems.push(notEmpty(directory, kind, facts.occupants));
  }
  return [...problems, ...otherKind(facts.existing, kind)];
}

function notEmpty(directory: string, kind: Kind, occupants: readonly string[]): Problem {
  return {
    code: 'DIRECTORY_NOT_EMPTY',
    what: 'The folder holds files of something else',
    where: directory,
    expected: `an empty folder, or a ${kind} with its ${SERVICE_FILE}`,
    found: `${occupants.slice(0, 3).join(', ')}${occupants.length > 3 ? ', …' : ''}`,
    remedy: 'choose another --directory, or move the files away',
  };
}

function otherKind(existing: TfodProject | undefined, kind: Kind): readonly Problem[] {
  const found = existing?.kind ?? 'service';
  if (existing === undefined || found === kind) return [];
  return [
    {
      code: 'PROJECT_OTHER_KIND',
      what: `${existing.name} is a ${found}, and this makes a ${kind}`,
      where: `${existing.root}/${SERVICE_FILE}`,
      remedy: `use nx g tfod:${found}, or choose another name`,
    },
  ];
}
