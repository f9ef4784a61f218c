import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readService } from '../service/read-service';
import { FakeEngine } from '../testing/fake-engine';
import { TinyWorkspace } from '../testing/tiny-service';
import { ensureImages } from './ensure-images';
import type { Receipt } from './receipt';
import { plainRequest, type ImagesRequest } from './request';

const RECEIPT = 'dist/apps/parking/images.json';

describe('the receipt of docker-build, when another executor makes sure of the cpu image', () => {
  let workspace: TinyWorkspace;
  let fake: FakeEngine;
  let said: string[];

  beforeEach(() => {
    workspace = new TinyWorkspace('salt');
    workspace.addService('parking', { variants: ['cpu', 'gpu'] });
    fake = new FakeEngine();
    said = [];
  });
  afterEach(() => workspace.dispose());

  const receipt = () =>
    existsSync(join(workspace.root, RECEIPT)) ? workspace.read(RECEIPT) : 'there is none';

  async function ensure(choices: Partial<ImagesRequest> = {}): Promise<Receipt> {
    const service = await readService(workspace.root, { name: 'parking', root: 'apps/parking' });
    return ensureImages(plainRequest(workspace.root, service, {}, choices), {
      engine: fake.engine,
      env: { TFOD_CACHE_DIR: workspace.cacheFolder },
      report: (line) => void said.push(line),
      verbose: false,
      wheelFolder: workspace.wheelFolder,
    });
  }
  const makeSure = () => ensure({ variants: ['cpu'], writesReceipt: false });
  const edit = (text: string) => workspace.write('apps/parking/src/parking/detect.py', text);

  it.each<[string, () => unknown]>([
    ['all is there', () => undefined],
    ['the image lost its name', () => fake.untag('parking:cpu')],
  ])('stays when %s', async (_title, change) => {
    await ensure();
    const before = receipt();
    await change();
    expect((await makeSure()).images.at(-1)?.verdict).toBe('present');
    expect(fake.refs()).toContain('parking:cpu');
    expect(receipt()).toBe(before);
  });

  it('stays when what is built is none of its images', async () => {
    await ensure({ variants: ['gpu'] });
    const before = receipt();
    expect((await makeSure()).images.at(-1)?.verdict).toBe('build');
    expect(receipt()).toBe(before);
  });

  it('stays when nothing can be planned', async () => {
    await ensure();
    const before = receipt();
    workspace.write('apps/parking/Dockerfile', 'FRUM runtime\n');
    await expect(makeSure()).rejects.toThrow('DOCKERFILE');
    expect(receipt()).toBe(before);
  });

  it.each<[string, () => unknown]>([
    ['the tree has changed', () => edit('print(2)\n')],
    [
      'the image was removed',
      () => fake.images().forEach(({ refs }) => refs.forEach((ref) => fake.untag(ref))),
    ],
    [
      'the tree is again that of an earlier image',
      async () => {
        edit('print(2)\n');
        await ensure();
        edit('print("parking")\n');
      },
    ],
  ])('goes before an image changes when %s, and the reason is told', async (_title, change) => {
    await ensure();
    await change();
    fake.duringBuild = () => expect(receipt()).toBe('there is none');
    await makeSure();
    expect(receipt()).toBe('there is none');
    expect(said).toContain(`${RECEIPT} told of other images and is removed; docker-build writes it again`);
  });

  it('is not there afterwards when it was not before', async () => {
    await makeSure();
    expect(receipt()).toBe('there is none');
    expect(said.join('\n')).not.toContain('removed');
  });
});
