import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isVariant } from '../../service/variant';
import type { Service } from '../../service/service';
import type { ServiceName } from '../../service/service-name';
import { filesBelow, type ProjectFile } from '../project/files';
import { settingsFile } from '../project/settings-file';
import { templateFiles } from '../project/template-files';
import type { Substitutions } from '../project/template';
import { chainFiles } from '../runtime/chain-files';
import type { Below } from './plan';

const TEMPLATES = join(__dirname, 'files');
const DEMO = join(__dirname, '..', '..', '..', 'demo');
const DEMO_MODEL = 'demo';

/** Every file of a new service but its project.json. */
export function serviceFiles(service: Service, name: ServiceName, below: Below): readonly ProjectFile[] {
  const { root, variants, model, image, port, runtime } = service;
  const settings = { variants, model, image, port, ...(runtime !== undefined && { runtime }) };
  return [
    settingsFile(root, 'tfod', settings),
    ...templateFiles(TEMPLATES, { ...substitutions(service, name), ...aboutBelow(below) }),
    ...(below.lock ? chainFiles(variants.filter(isVariant), below.lock) : []),
    ...modelFiles(service),
  ];
}

function substitutions(service: Service, name: ServiceName): Substitutions {
  return {
    name: name.project,
    module: name.module,
    root: service.root,
    model: service.model,
    image: service.image,
    port: String(service.port),
    variants: service.variants.join(' and '),
  };
}

/** What the README says of the images below. */
function aboutBelow({ lock, linuxDriver, runtime }: Below & { linuxDriver?: string }): Substitutions {
  if (runtime) {
    const { name, root } = runtime;
    return {
      below: `the images of the runtime \`${name}\``,
      driver: `as \`${name}\` wants it`,
      packages: `\`${root}/requirements/\``,
      madeBy: `- The images below it are made by \`${name}\`, in \`${root}\`, for all of its services.`,
    };
  }
  return {
    below: `TensorFlow ${lock.tensorflow} on Python ${lock.python}`,
    driver: `of at least ${linuxDriver}`,
    packages: '`requirements/`',
    madeBy: [
      '- `docker/` makes the images below it: Python and system packages, then TensorFlow.',
      '- `requirements/` says what is installed: wishes in `*.in`, exact versions with their hashes in `*.lock`.',
    ].join('\n'),
  };
}

/** The demo model comes with the plugin; any other is put there by the one who asked for it. */
function modelFiles({ model }: Service): readonly ProjectFile[] {
  if (model !== DEMO_MODEL) return [];
  return filesBelow(DEMO).map((path) => ({
    path: `models/${DEMO_MODEL}/${path}`,
    content: readFileSync(join(DEMO, path)),
  }));
}
