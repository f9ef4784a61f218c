import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from '../testing/a-folder';
import { writeFileAtomic } from './atomic-write';

describe('writeFileAtomic', () => {
  it('writes text and bytes, over what is there, into folders that are not', async () => {
    const path = join(aFolder(), 'deep/er/receipt.json');
    await writeFileAtomic(path, 'one');
    await writeFileAtomic(path, new Uint8Array([0x74, 0x77, 0x6f]));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(path, '..'))).toEqual(['receipt.json']);
  });

  it('leaves nothing behind when it cannot', async () => {
    const folder = aFolder();
    mkdirSync(join(folder, 'taken/by'), { recursive: true });
    await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('never shows a part of a file to those who read meanwhile', async () => {
    const path = join(aFolder({ state: 'a'.repeat(200_000) }), 'state');
    const writes = Array.from({ length: 20 }, (_, turn) =>
      writeFileAtomic(path, 'ab'.charAt(turn % 2).repeat(200_000)),
    );
    let isWriting = true;
    const finished = Promise.all(writes).then(() => (isWriting = false));
    while (isWriting) {
      expect(readFileSync(path, 'utf8')).toMatch(/^(a{200000}|b{200000})$/);
      await new Promise(setImmediate);
    }
    await finished;
  });
});
