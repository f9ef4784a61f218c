import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { everythingSaid } from './screen';

const MEGABYTE = 'x'.repeat(1 << 20);

describe('everythingSaid', () => {
  it('waits until a slow reader of a pipe has taken all', async () => {
    const reader = spawn('sh', ['-c', 'sleep 0.2; wc -c'], { stdio: ['pipe', 'pipe', 'inherit'] });
    reader.stdin.write(MEGABYTE);
    expect(reader.stdin.writableLength).toBeGreaterThan(0);
    await everythingSaid([reader.stdin]);
    expect(reader.stdin.writableLength).toBe(0);
    reader.stdin.end();
    expect((await text(reader.stdout)).trim()).toBe(String(MEGABYTE.length));
  });

  it('does not wait for a reader that is gone', async () => {
    const reader = spawn('sh', ['-c', 'exec 0<&-; sleep 0.2'], { stdio: ['pipe', 'ignore', 'inherit'] });
    reader.stdin.on('error', () => undefined);
    reader.stdin.write(MEGABYTE);
    await expect(everythingSaid([reader.stdin])).resolves.toBeUndefined();
  });

  it('says nothing itself', async () => {
    const written = jest.spyOn(process.stdout, 'write');
    await everythingSaid();
    expect(written).not.toHaveBeenCalled();
    written.mockRestore();
  });
});
