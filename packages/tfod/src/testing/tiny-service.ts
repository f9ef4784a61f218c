import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const LOCK = `numpy==2.2.0 --hash=sha256:${'ab'.repeat(32)}\n`;

/** Dockerfiles with the names and the inputs of a real service, whose steps take no time. */
const FILES: Readonly<Record<string, string>> = {
  '.dockerignore': 'README.md\ntests\n',
  'README.md': '# Parking\n',
  'docker/base.Dockerfile': 'FROM scratch\nCOPY docker/base.txt /base.txt\n',
  'docker/tf.Dockerfile': 'FROM base\nCOPY requirements/tf.lock /tf.lock\n',
  'docker/gpu.Dockerfile': 'FROM base\nCOPY requirements/gpu.lock /gpu.lock\n',
  'requirements/tf.lock': LOCK,
  'requirements/gpu.lock': `${LOCK}# gpu\n`,
  Dockerfile: [
    'FROM runtime',
    'ARG MODEL=demo',
    'COPY --from=tfod-runtime *.whl /wheel/',
    'COPY --link models/${MODEL}/ /models/${MODEL}/',
    'COPY --link src/ /app/',
    'ENTRYPOINT ["python", "-m", "parking.detect"]',
    '',
  ].join('\n'),
  'src/parking/detect.py': 'print("parking")\n',
  'models/demo/model.json': '{ "name": "demo" }\n',
  'models/demo/labels.pbtxt': "item { id: 1 name: 'car' }\n",
  'models/demo/saved_model/saved_model.pb': 'not a pointer',
};

/** What makes the images below a service's own. */
const BELOW = /^(docker|requirements)\//;

/** A workspace in a folder of its own, with services that are quick to build. */
export class TinyWorkspace {
  readonly root = mkdtempSync(join(tmpdir(), 'tfod-workspace-'));
  readonly wheelFolder = join(this.root, 'wheel');
  readonly cacheFolder = join(this.root, 'cache');

  /** `salt` goes into the base image, so that no image of another test is the same. */
  constructor(private readonly salt: string) {
    this.write('wheel/tfod_runtime-0.0.0-py3-none-any.whl', 'wheel');
  }

  addService(
    name: string,
    {
      image = name,
      variants = ['cpu'],
      runtime,
    }: { image?: string; variants?: string[]; runtime?: string } = {},
  ): void {
    const files = Object.entries(FILES).filter(([path]) => runtime === undefined || !BELOW.test(path));
    for (const [path, text] of files) this.write(`apps/${name}/${path}`, text);
    if (runtime === undefined) this.write(`apps/${name}/docker/base.txt`, this.salt);
    this.write(
      `apps/${name}/tfod.json`,
      JSON.stringify({ variants, model: 'demo', image, port: 8080, runtime }),
    );
  }

  /** A runtime in `libs/<name>` for both variants. */
  addRuntime(name: string, { image = name }: { image?: string } = {}): void {
    const files = Object.entries(FILES).filter(([path]) => BELOW.test(path));
    for (const [path, text] of files) this.write(`libs/${name}/${path}`, text);
    this.write(`libs/${name}/docker/base.txt`, this.salt);
    this.write(
      `libs/${name}/tfod.json`,
      JSON.stringify({ kind: 'runtime', variants: ['cpu', 'gpu'], image }),
    );
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
