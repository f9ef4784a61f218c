import { join } from 'node:path';
import { aFolder } from '../testing/a-folder';
import { diskOf } from './disk';

describe('diskOf', () => {
  it('tells the room, for a folder that is still to be made as well', async () => {
    const folder = aFolder();
    const disk = await diskOf(folder);
    expect(disk?.availableBytes).toBeGreaterThan(0);
    expect(disk?.freeBytes).toBeGreaterThanOrEqual(disk?.availableBytes ?? NaN);
    expect(await diskOf(join(folder, 'not/yet'))).toBeDefined();
  });

  it('knows nothing of what has no size', async () => expect(await diskOf('/proc')).toBeUndefined());
});
