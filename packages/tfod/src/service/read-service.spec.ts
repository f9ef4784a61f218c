import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readService } from './read-service';

describe('readService', () => {
  let workspace: string;
  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), 'tfod-service-'));
    mkdirSync(join(workspace, 'apps/a'), { recursive: true });
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  it('reads the file of the project', async () => {
    writeFileSync(
      join(workspace, 'apps/a/tfod.json'),
      '{"variants":["gpu"],"model":"m","image":"a","port":1}',
    );
    await expect(readService(workspace, { name: 'a', root: 'apps/a' })).resolves.toMatchObject({
      name: 'a',
      variants: ['gpu'],
    });
  });

  it('says when the project is no service', async () => {
    await expect(readService(workspace, { name: 'a', root: 'apps/a' })).rejects.toMatchObject({
      problems: [{ code: 'SERVICE_UNREADABLE', where: 'apps/a/tfod.json', found: 'ENOENT' }],
    });
  });
});
