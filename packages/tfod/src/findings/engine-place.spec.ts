import { enginePlace, type PlaceFacts } from './engine-place';

const MACHINE = { platform: 'linux', hostname: 'desk', kernel: '6.1.0', inContainer: false } as const;
const ENGINE = { hostname: 'desk', kernel: '6.1.0', system: 'Debian GNU/Linux 12 (bookworm)' };
const SOCKET = 'unix:///var/run/docker.sock';

it.each<[string, Partial<PlaceFacts>, string | undefined]>([
  ['a local socket', {}, undefined],
  ['an address of this machine', { endpoint: 'tcp://127.0.0.1:2375' }, undefined],
  ['an engine that does not answer', { engine: undefined }, undefined],
  ['a machine that was renamed', { engine: { ...ENGINE, hostname: 'old' } }, undefined],
  ['an engine within the same container', { machine: { ...MACHINE, inContainer: true } }, undefined],
  ['another machine', { endpoint: 'ssh://me@gpu-1' }, 'ssh://me@gpu-1'],
  [
    'another machine that does not answer',
    { endpoint: 'tcp://10.0.0.3:2376', engine: undefined },
    'tcp://10.0.0.3:2376',
  ],
  [
    'a virtual machine behind a local socket',
    { engine: { ...ENGINE, kernel: '6.6.12-linuxkit', system: 'Docker Desktop' } },
    'Docker Desktop, kernel 6.6.12-linuxkit (here: 6.1.0)',
  ],
  [
    'the machine around this container',
    { machine: { ...MACHINE, hostname: 'a1b2', inContainer: true } },
    'desk, outside of the container that this command runs in',
  ],
  [
    'a Mac',
    { machine: { ...MACHINE, platform: 'darwin', kernel: '23.1.0' } },
    'a virtual machine on this computer',
  ],
])('tells where %s is', (_, facts, where) => {
  const place = enginePlace({ endpoint: SOCKET, engine: ENGINE, machine: MACHINE, ...facts });
  expect(place).toEqual(where === undefined ? { here: true } : { here: false, where });
});
