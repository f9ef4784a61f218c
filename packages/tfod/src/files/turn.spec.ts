import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { aFolder } from '../testing/a-folder';
import { thisProcess } from './process-identity';
import { isTaken, takeTurn, tryTurn, type Taken, type Turn } from './turn';

const purpose = 'tests';

describe('takeTurn', () => {
  let folder: string;
  beforeEach(() => (folder = join(aFolder(), 'deep', 'x')));

  it('lets one work at a time and tells the others for whom they wait', async () => {
    let [working, most] = [0, 0];
    const waited: string[] = [];
    const work = async () => {
      most = Math.max(most, ++working);
      await sleep(30);
      return working--;
    };
    const turns = [1, 2, 3].map(() =>
      takeTurn(folder, work, { purpose, onWait: ({ pid, purpose }) => waited.push(`${purpose} ${pid}`) }),
    );
    expect(await Promise.all(turns)).toEqual([1, 1, 1]);
    expect(most).toBe(1);
    expect(waited).toEqual([`tests ${process.pid}`, `tests ${process.pid}`]);
    expect(existsSync(folder)).toBe(false);
  });

  it('goes on after work that failed', async () => {
    await expect(takeTurn(folder, () => Promise.reject(new Error('no')), { purpose })).rejects.toThrow('no');
    expect(await takeTurn(folder, () => Promise.resolve('yes'), { purpose })).toBe('yes');
  });

  it('stops waiting when told to, and leaves the queue', async () => {
    const turn = await taken(folder);
    const waiting = takeTurn(folder, () => Promise.resolve('yes'), {
      purpose,
      signal: AbortSignal.timeout(300),
    });
    await expect(waiting).rejects.toThrow();
    expect(readdirSync(folder)).toHaveLength(1);
    await turn.end();
  });
});

describe('the turn of a process', () => {
  let folder: string;
  beforeEach(() => (folder = join(aFolder(), 'x')));

  const leave = (name: string, text: string): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const holder = (overrides: object): string =>
    JSON.stringify({ ...thisProcess(), purpose, since: new Date().toISOString(), ...overrides });
  const free = async (): Promise<boolean> => {
    const turn = await tryTurn(folder, purpose);
    if (isTaken(turn)) return false;
    await turn.end();
    return true;
  };

  it('is over when it was killed, with -9, and says so to one who waits', async () => {
    const child = await holdInAnotherProcess(folder);
    const turn = (await tryTurn(folder, purpose)) as Taken;
    expect(turn.holder).toMatchObject({ pid: child.pid, purpose: 'another' });
    child.kill('SIGKILL');
    await turn.ended();
    expect(await free()).toBe(true);
    expect(existsSync(folder)).toBe(false);
  });

  it('is taken over by one of two that both find it dead', async () => {
    for (let round = 0; round < 20; round++) {
      leave('t-000001-1-dead', holder({ started: '1' }));
      const turns = await Promise.all([1, 2, 3, 4].map(() => tryTurn(folder, purpose)));
      const held = turns.filter((turn): turn is Turn => !isTaken(turn));
      expect(held).toHaveLength(1);
      await Promise.all(held.map((turn) => turn.end()));
    }
  });

  it('is not kept by another process that got its pid', async () => {
    leave('t-000001-1-dead', holder({ started: 'long ago' }));
    // Where the system does not tell when a process started, the sign of life decides.
    expect(await free()).toBe(thisProcess().started !== '');
  });

  it('is kept by a living one, however long it gives no sign', async () => {
    const turn = await taken(folder);
    const [name = ''] = readdirSync(folder);
    writeFileSync(join(folder, name), readFileSync(join(folder, name)));
    expect(await free()).toBe(false);
    await turn.end();
    expect(await free()).toBe(true);
  });

  it('ends when nothing is known of its process and it gives no sign of life', async () => {
    leave('t-000001-1-elsewhere', holder({ place: 'another machine' }));
    const turn = (await tryTurn(folder, purpose)) as Taken;
    expect(turn.holder.place).toBe('another machine');
    await turn.ended();
    // A machine that lost its power may leave an empty file.
    leave('t-000001-1-empty', '');
    await ((await tryTurn(folder, purpose)) as Taken).ended();
    expect(await free()).toBe(true);
  }, 30_000);

  it('is not hindered by one that was killed while it chose its number', async () => {
    leave('c-1-dead', holder({ started: '1' }));
    expect(await free()).toBe(true);
  });
});

async function taken(folder: string): Promise<Turn> {
  const turn = await tryTurn(folder, purpose);
  if (isTaken(turn)) throw new Error('somebody has the turn');
  return turn;
}

/** A real process that has the turn, until it is killed. */
async function holdInAnotherProcess(folder: string) {
  const script = `
    require('@swc-node/register');
    require(${JSON.stringify(join(__dirname, 'turn'))})
      .tryTurn(${JSON.stringify(folder)}, 'another')
      .then(() => { console.log('mine'); setInterval(() => {}, 1000); });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}
