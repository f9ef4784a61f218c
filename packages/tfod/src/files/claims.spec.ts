import { dirSync } from 'tmp';
import { join } from 'node:path';
import { Claims } from './claims';

describe('claims', () => {
  it('come and go all at once, though the last one takes the folder away', async () => {
    const folder = join(dirSync({ unsafeCleanup: true }).name, 'claims');
    const comeAndGo = async (): Promise<void> => {
      for (let round = 0; round < 100; round++) {
        const claim = await new Claims(folder).make('to see');
        await claim.withdraw();
      }
    };
    await expect(Promise.all([comeAndGo(), comeAndGo(), comeAndGo()])).resolves.toHaveLength(3);
  });
});
