import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from '../../testing/a-folder';
import { Announcement, readPresence } from './presence';

describe('two servers of one service', () => {
  let file: string;
  beforeEach(() => (file = join(aFolder(), 'dist/serve.json')));

  const of = (pid: number, port: number) => new Announcement(file, { url: `http://127.0.0.1:${port}`, pid });
  const older = () => of(process.ppid, 8080);
  const newer = () => of(process.pid, 9000);

  it('are told of by the newer one, which gives the file back to the older one', async () => {
    const [one, two] = [older(), newer()];
    await one.say('starting');
    await two.say('starting');
    await one.say('ready');
    await two.say('ready');
    expect(await readPresence(file)).toMatchObject({ pid: process.pid, state: 'ready' });
    await two.withdraw();
    expect(await readPresence(file)).toEqual({
      url: 'http://127.0.0.1:8080',
      pid: process.ppid,
      state: 'ready',
    });
  });

  it('leave the file to the newer one when the older one ends first', async () => {
    const [one, two] = [older(), newer()];
    await one.say('ready');
    await two.say('ready');
    await one.withdraw();
    expect(await readPresence(file)).toMatchObject({ pid: process.pid });
  });

  it('leave no file when the older one was killed', async () => {
    const two = newer();
    await of(spawnSync(process.execPath, ['--version']).pid, 8080).say('ready');
    await two.say('ready');
    await two.withdraw();
    expect(existsSync(file)).toBe(false);
  });
});
