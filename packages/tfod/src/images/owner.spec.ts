import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { thisProcess as identityOfThis } from '../files/process-identity';
import { isGone, thisProcess } from './owner';

jest.mock('../files/process-identity');

describe('isGone', () => {
  /** As in a container of this machine: all have the name of the machine. */
  const ownerIn = (place: string) => {
    const identity = { pid: process.pid, host: hostname(), place, started: '1' };
    jest.mocked(identityOfThis).mockReturnValue(identity);
    return thisProcess();
  };
  const self = ownerIn('boot-1 pid:[1]');
  const { pid: dead } = spawnSync(process.execPath, ['-e', '']);

  it('is true of a process that this one would see', () => {
    expect(isGone({ ...ownerIn('boot-1 pid:[1]'), pid: dead }, self)).toBe(true);
  });

  it.each(['boot-1 pid:[2]', 'boot-2 pid:[1]'])(
    'is false of one elsewhere on a machine of that name (%s)',
    (place) => {
      expect(isGone({ ...ownerIn(place), pid: dead }, self)).toBe(false);
    },
  );

  it('names the place by digits that a tag may hold', () => expect(self.host).toMatch(/^[0-9a-f]{8}$/));
});
