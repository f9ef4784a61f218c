import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { type CocoResult, iou, type Receipt, type Summary } from './detections';
import { describeWithEngine, makeWorkspace, mustSucceed, type Workspace } from './workspace';

const RESULTS = 'dist/apps/parking/infer';
/** An engine keeps what earlier runs have built; an edit with this in it none of them has made. */
const UNSEEN = randomUUID();

describeWithEngine('the first day: from a generated service to detections', () => {
  let workspace: Workspace;
  let receipt: Receipt;

  beforeAll(() => {
    workspace = makeWorkspace();
    mustSucceed(workspace.nx('g', 'tfod:service', 'parking', '--no-interactive'));
  });

  it('plans the chain before anything runs', () => {
    const { stdout } = mustSucceed(workspace.nx('run', 'parking:docker-build', '--plan', '--json'));
    const plan = JSON.parse(stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1)) as Receipt;
    expect(plan.images.map(({ role, variant }) => [role, variant])).toEqual([
      ['base', null],
      ['tf', 'cpu'],
      ['service', 'cpu'],
    ]);
    expect(workspace.exists('dist/apps/parking/images.json')).toBe(false);
  });

  it('builds the chain and leaves a receipt', () => {
    mustSucceed(workspace.nx('run', 'parking:docker-build'));
    receipt = workspace.json<Receipt>('dist/apps/parking/images.json');
    expect(receipt.images.map(({ role }) => role)).toEqual(['base', 'tf', 'service']);
    for (const image of receipt.images) {
      const [inspected] = JSON.parse(mustSucceed(workspace.docker('image', 'inspect', image.ref)).stdout);
      expect(inspected.Id).toBe(image.id);
      expect(inspected.Config.Labels['dev.tfod.key']).toBe(image.key.replace(/^sha256:/, ''));
    }
    expect(workspace.read('tfod.lock.json')).toMatch(/"digest": "sha256:[0-9a-f]{64}"/);
  });

  it('makes a service image that is not root, has a health check and carries no compiler', () => {
    const [image] = JSON.parse(mustSucceed(workspace.docker('image', 'inspect', 'parking:cpu')).stdout);
    expect(image.Config.User).toMatch(/^(tfod|10001(:10001)?)$/);
    expect(image.Config.Healthcheck.Test).toContain('tfod_runtime.health');
    const tools =
      'command -v gcc cc make strip ld; test -e /opt/venv/lib/python3*/site-packages/tensorflow/include';
    const outcome = workspace.docker('run', '--rm', '--entrypoint', '/bin/sh', 'parking:cpu', '-c', tools);
    expect(outcome.output.trim()).toBe('');
    expect(outcome.code).not.toBe(0);
  });

  it('finds what is drawn in the sample pictures', () => {
    const { output } = mustSucceed(workspace.nx('run', 'parking:infer'));
    const truth = workspace.json<{
      images: { id: number; file_name: string }[];
      annotations: { image_id: number; category_id: number; bbox: CocoResult['bbox'] }[];
    }>('apps/parking/models/demo/annotations.json');
    const found = workspace.json<CocoResult[]>(`${RESULTS}/detections.json`);
    const nameOf = new Map(truth.images.map(({ id, file_name }) => [id, file_name]));
    const hits = truth.annotations.filter((object) =>
      found.some(
        (detection) =>
          detection.file_name === nameOf.get(object.image_id) &&
          detection.category_id === object.category_id &&
          iou(detection.bbox, object.bbox) >= 0.5,
      ),
    );
    expect(truth.annotations.length).toBeGreaterThanOrEqual(10);
    expect(hits.length / truth.annotations.length).toBeGreaterThanOrEqual(0.85);

    const summary = workspace.json<Summary>(`${RESULTS}/summary.json`);
    expect(summary).toMatchObject({ pictures: truth.images.length, failures: [], detections: found.length });
    expect(summary.image).toBe(receipt.images.find(({ role }) => role === 'service')?.ref);
    for (const { file_name } of truth.images) {
      const annotated = workspace.path(`${RESULTS}/annotated/${file_name.replace(/\.[^.]+$/, '')}.jpg`);
      expect(statSync(annotated).size).toBeGreaterThan(1000);
      expect(statSync(annotated).uid).toBe(process.getuid?.());
    }
    expect(output).toMatch(/pictures/i);
  });

  it('answers over HTTP and stops when asked', () => {
    const name = `tfod-e2e-${process.pid}`;
    mustSucceed(workspace.docker('run', '--detach', '--name', name, 'parking:cpu'));
    try {
      const ask =
        'import json,sys,urllib.request as u;print(u.urlopen("http://127.0.0.1:8080/readyz").status)';
      let ready = workspace.docker('exec', name, 'python', '-c', ask);
      for (let tries = 0; ready.code !== 0 && tries < 60; tries++) {
        ready = workspace.docker('exec', name, 'sh', '-c', `sleep 1; python -c '${ask}'`);
      }
      expect(ready.stdout.trim()).toBe('200');
      expect(workspace.docker('exec', name, 'python', '-m', 'tfod_runtime.health').code).toBe(0);
      const started = Date.now();
      mustSucceed(workspace.docker('stop', '--time', '30', name));
      expect(Date.now() - started).toBeLessThan(15_000);
      const exit = workspace.docker('inspect', '--format', '{{.State.ExitCode}}', name).stdout.trim();
      expect(['0', '143']).toContain(exit);
    } finally {
      workspace.docker('rm', '--force', name);
    }
  });

  it('builds nothing when nothing changed', () => {
    mustSucceed(workspace.nx('run', 'parking:docker-build', '--check'));
    mustSucceed(workspace.nx('run', 'parking:docker-build'));
    const again = workspace.json<Receipt>('dist/apps/parking/images.json');
    expect(again.images.map(({ verdict }) => verdict)).toEqual(['present', 'present', 'present']);
    expect(again.images.map(({ id }) => id)).toEqual(receipt.images.map(({ id }) => id));
  });
});

describeWithEngine('the second day: each change builds what it reaches', () => {
  let workspace: Workspace;
  const build = (): string[] => {
    mustSucceed(workspace.nx('run', 'parking:docker-build'));
    return workspace
      .json<Receipt>('dist/apps/parking/images.json')
      .images.map(({ role, verdict }) => `${role}: ${verdict}`);
  };

  beforeAll(() => {
    workspace = makeWorkspace();
    mustSucceed(workspace.nx('g', 'tfod:service', 'parking', '--no-interactive'));
    build();
  });

  it('an edit of the code builds the service image alone, and taking it back builds nothing', () => {
    const script = 'apps/parking/src/parking/detect.py';
    const before = workspace.read(script);
    workspace.write(script, `${before}\n# edited ${UNSEEN}\n`);
    const plan = mustSucceed(workspace.nx('run', 'parking:docker-build', '--plan')).output;
    expect(plan).toContain('src/parking/detect.py');
    expect(build()).toEqual(['base: present', 'tf: present', 'service: build']);
    workspace.write(script, before);
    expect(build()).toEqual(['base: present', 'tf: present', 'service: present']);
  });

  it('a build is explained and drawn before it is made', () => {
    const dockerfile = 'apps/parking/docker/tf.Dockerfile';
    const before = workspace.read(dockerfile);
    workspace.write(dockerfile, `${before}ENV EDITED=1\n`);
    const line = before.split('\n').length;
    const explained = mustSucceed(
      workspace.nx('run', 'parking:docker-build', '--explain', '--output=dist/plan.html'),
    ).output;
    expect(explained).toContain(`parking ← tf: docker/tf.Dockerfile line ${line} changed`);
    expect(workspace.read('dist/plan.html')).toContain('1 present, 2 to build');
    workspace.write(dockerfile, before);
  });

  it('images that somebody needs are kept, each with a reason', () => {
    const { images } = workspace.json<Receipt>('dist/apps/parking/images.json');
    const { stdout } = mustSucceed(workspace.nx('g', 'tfod:prune', '--json', '--quiet'));
    const told = JSON.parse(stdout) as {
      applied: boolean;
      images: { key: string; verdict: string; reasons: string[] }[];
    };
    expect(told.applied).toBe(false);
    for (const { key } of images) {
      const image = told.images.find((each) => each.key === key);
      expect(image?.verdict).toBe('keep');
      expect(image?.reasons).toContainEqual(
        expect.stringContaining('dist/apps/parking/images.json names it'),
      );
    }
  });

  it('another model builds the service image alone', () => {
    const labels = 'apps/parking/models/demo/labels.pbtxt';
    workspace.write(labels, `# ours ${UNSEEN}\n${workspace.read(labels)}`);
    expect(build()).toEqual(['base: present', 'tf: present', 'service: build']);
  });

  it('what is not sent to the builder builds nothing', () => {
    workspace.write('apps/parking/README.md', '# Parking\n');
    workspace.write('apps/parking/tests/test_more.py', '"""More."""\n');
    expect(build()).toEqual(['base: present', 'tf: present', 'service: present']);
  });

  it('an image that was removed is built again', () => {
    const { images } = workspace.json<Receipt>('dist/apps/parking/images.json');
    const service = images.find(({ role }) => role === 'service');
    mustSucceed(workspace.docker('image', 'rm', '--force', service?.id ?? ''));
    expect(build()).toEqual(['base: present', 'tf: present', 'service: build']);
  });

  it('a service of the same toolchain shares base and runtime', () => {
    mustSucceed(workspace.nx('g', 'tfod:service', 'plates', '--no-interactive'));
    const script = 'apps/plates/src/plates/detect.py';
    workspace.write(script, `${workspace.read(script)}\n# ${UNSEEN}\n`);
    mustSucceed(workspace.nx('run', 'plates:docker-build'));
    const verdicts = workspace.json<Receipt>('dist/apps/plates/images.json').images;
    expect(verdicts.map(({ role, verdict }) => `${role}: ${verdict}`)).toEqual([
      'base: present',
      'tf: present',
      'service: build',
    ]);
  });

  it('a Dockerfile with a syntax error and a missing lock are named before anything is built', () => {
    workspace.edit('apps/plates/Dockerfile', 'FROM runtime', 'FRM runtime');
    const syntax = workspace.nx('run', 'plates:docker-build');
    expect(syntax.code).toBe(1);
    expect(syntax.output).toContain('DOCKERFILE_SYNTAX');
    expect(workspace.exists('dist/apps/plates/images.json')).toBe(false);
  });

  it('a failing step shows the end of its log, leaves no tag and no receipt', () => {
    const dockerfile = 'apps/parking/Dockerfile';
    const before = workspace.read(dockerfile);
    workspace.write(dockerfile, before.replace(/^ENTRYPOINT/m, 'RUN echo out of luck && exit 7\nENTRYPOINT'));
    const tags = (): string[] =>
      workspace
        .docker('image', 'ls', '--filter', 'dangling=false', '--format', '{{.Repository}}:{{.Tag}}')
        .stdout.split('\n')
        .sort();
    const tagsBefore = tags();
    const outcome = workspace.nx('run', 'parking:docker-build');
    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain('out of luck');
    expect(tags()).toEqual(tagsBefore);
    expect(workspace.exists('dist/apps/parking/images.json')).toBe(false);
    workspace.write(dockerfile, before);
    expect(build()).toEqual(['base: present', 'tf: present', 'service: present']);
  });
});
