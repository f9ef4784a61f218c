import type { Content } from '../testing/a-folder';
import { FakeMachine, type FakeAnswer } from '../testing/fake-machine';
import {
  A100_DIVIDED,
  A100_INSTANCES,
  NVML_MISMATCH,
  NVML_UNKNOWN,
  PROC_VERSION,
  PROC_VERSION_OPEN,
  SMI_LOST,
  SMI_NO_DRIVER,
  SMI_NONE,
  TWO_T4,
} from '../testing/gpu-messages';
import { CHECK_IDS } from './checks';
import { readHost } from './host-facts';
import { hostFindings, type HostDemands } from './host-stage';
import { firstFailure } from './verdict';

const HERE = { here: true } as const;
const DEMANDS: HostDemands = { gpus: 1, driver: { minimum: '525.60.13', reason: 'TensorFlow 2.21.0' } };
const DEVICES = { 'dev/nvidia0': '', 'dev/nvidia1': '', 'dev/nvidiactl': '', 'dev/nvidia-uvm': '' };
const LIBRARY = 'usr/lib/x86_64-linux-gnu/libnvidia-ml.so';
const DRIVER: Record<string, Content> = {
  ...DEVICES,
  'proc/driver/nvidia/version': PROC_VERSION,
  [`${LIBRARY}.535.104.05`]: '',
  [`${LIBRARY}.1`]: { link: 'libnvidia-ml.so.535.104.05' },
};

interface Case {
  readonly files?: Record<string, Content>;
  /** Of nvidia-smi; undefined: there is none. */
  readonly smi?: FakeAnswer;
  readonly list?: string;
  readonly demands?: Partial<HostDemands>;
}

async function findingsOf({ files = DRIVER, smi, list = '', demands = {} }: Case) {
  const machine = new FakeMachine(files);
  if (smi) {
    machine.install('nvidia-smi', [
      { words: ['-L'], answer: { stdout: list } },
      { words: ['--query-gpu=index,name,driver_version'], answer: smi },
    ]);
  }
  const facts = await readHost({ ...machine, run: machine.run, signal: new AbortController().signal });
  return hostFindings(facts, HERE, { ...DEMANDS, ...demands });
}

const statuses = (findings: Awaited<ReturnType<typeof findingsOf>>) =>
  Object.fromEntries(findings.map(({ id, status }) => [id.slice('host.'.length), status]));

it('makes every check of the host, in the order in which causes come first', async () => {
  const findings = await findingsOf({ smi: { stdout: TWO_T4 } });
  expect(findings.map(({ id }) => id)).toEqual(CHECK_IDS.filter((id) => id.startsWith('host.')));
  expect(new Set(findings.map(({ status }) => status))).toEqual(new Set(['pass']));
  expect(findings.map(({ found }) => found)).toEqual([
    'this machine',
    '535.104.05',
    '535.104.05',
    'nvidia-smi lists 2 GPUs',
    '/dev/nvidia0, /dev/nvidia1, /dev/nvidiactl, /dev/nvidia-uvm',
    '535.104.05',
    '2 GPUs: Tesla T4, Tesla T4',
    'Default',
    'no GPU is divided',
  ]);
});

it('is content with WSL, which has neither a kernel module nor its devices', async () => {
  const found = statuses(
    await findingsOf({
      files: { 'dev/dxg': '' },
      smi: { stdout: '0, NVIDIA GeForce RTX 4070, 551.86, 12282, Default, [N/A]\n' },
    }),
  );
  expect(Object.values(found).every((status) => status === 'pass')).toBe(true);
});

it('knows the version of an open kernel module', async () => {
  const files = { ...DEVICES, 'proc/driver/nvidia/version': PROC_VERSION_OPEN };
  const findings = await findingsOf({ files });
  expect(findings.find(({ id }) => id === 'host.driver-version')).toMatchObject({
    status: 'pass',
    found: '570.86.15',
  });
});

it('warns of a missing nvidia-smi, and reads what it can without', async () => {
  expect(statuses(await findingsOf({}))).toEqual({
    'engine-place': 'pass',
    'kernel-module': 'pass',
    'driver-match': 'pass',
    'nvidia-smi': 'warn',
    devices: 'pass',
    'driver-version': 'pass',
    'gpu-count': 'pass',
    'compute-mode': 'skip',
    mig: 'skip',
  });
});

const ONE_OLD = '0, Tesla T4, 470.82.01, 15360, Default, [N/A]\n';
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(DRIVER).filter(([path]) => !names.some((name) => path.includes(name))));

it.each<[string, Case, string, string]>([
  ['a machine without a driver', { files: {} }, 'host.kernel-module', 'install'],
  [
    'a kernel module that is not loaded',
    { files: without('proc', 'dev'), smi: { stdout: SMI_NO_DRIVER, code: 9 } },
    'host.kernel-module',
    'modprobe',
  ],
  [
    'libraries that an update replaced',
    { smi: { stdout: NVML_MISMATCH, code: 18 } },
    'host.driver-match',
    'reboot',
  ],
  [
    'libraries that an update replaced, where there is no nvidia-smi',
    {
      files: {
        ...without(LIBRARY),
        [`${LIBRARY}.550.54.14`]: '',
        [`${LIBRARY}.1`]: { link: 'libnvidia-ml.so.550.54.14' },
      },
    },
    'host.driver-match',
    'reboot',
  ],
  ['a GPU that fell off the bus', { smi: { stdout: SMI_LOST, code: 15 } }, 'host.nvidia-smi', 'Xid'],
  ['an NVML that fails', { smi: { stdout: NVML_UNKNOWN, code: 255 } }, 'host.nvidia-smi', 'dmesg'],
  ['a driver that is too old', { smi: { stdout: ONE_OLD } }, 'host.driver-version', '525.60.13 or newer'],
  ['no GPU', { smi: { stdout: SMI_NONE, code: 6 } }, 'host.gpu-count', 'lspci'],
  [
    'fewer GPUs than are needed',
    { smi: { stdout: TWO_T4 }, demands: { gpus: 4 } },
    'host.gpu-count',
    '--requireGpus to 2',
  ],
  [
    'a GPU that nobody may compute on',
    { smi: { stdout: TWO_T4.replace('Default', 'Prohibited') } },
    'host.compute-mode',
    '-c DEFAULT',
  ],
  [
    'a divided GPU without an instance',
    { smi: { stdout: A100_DIVIDED }, list: A100_INSTANCES.split('\n')[0] ?? '' },
    'host.mig',
    '-cgi',
  ],
])('names %s as the cause', async (_, machine, id, hint) => {
  const cause = firstFailure(await findingsOf(machine));
  expect(cause).toMatchObject({ id, owner: 'host', hint: expect.stringContaining(hint) });
  expect(cause?.found).not.toBe('');
});

it.each<[string, Case, string]>([
  ['exclusive GPUs', { smi: { stdout: TWO_T4.replace('Default', 'Exclusive_Process') } }, 'compute-mode'],
  [
    'devices that are not made yet',
    { files: without('dev/nvidia-uvm', 'dev/nvidia0', 'dev/nvidia1') },
    'devices',
  ],
  [
    'a user who may not ask',
    { smi: { stdout: 'Failed to initialize NVML: Insufficient Permissions\n', code: 4 } },
    'nvidia-smi',
  ],
])('only warns of %s', async (_, machine, id) => {
  const findings = await findingsOf(machine);
  expect(firstFailure(findings)).toBeUndefined();
  expect(statuses(findings)[id]).toBe('warn');
});

it('counts the instances of a divided GPU', async () => {
  const findings = await findingsOf({ smi: { stdout: A100_DIVIDED }, list: A100_INSTANCES });
  expect(findings.find(({ id }) => id === 'host.mig')).toMatchObject({
    status: 'pass',
    found: 'GPU 0: 2 instances',
  });
});

it('does not judge a driver for a TensorFlow that it does not know', async () => {
  const findings = await findingsOf({ smi: { stdout: ONE_OLD }, demands: { driver: undefined } });
  expect(findings.find(({ id }) => id === 'host.driver-version')).toMatchObject({ status: 'skip' });
});

it('looks at nothing when the engine is elsewhere', async () => {
  const facts = await readHost({
    ...new FakeMachine(),
    run: new FakeMachine().run,
    signal: AbortSignal.any([]),
  });
  const findings = hostFindings(facts, { here: false, where: 'ssh://gpu-1' }, DEMANDS);
  expect(findings.map(({ status }) => status)).toEqual(['warn', ...Array<string>(8).fill('skip')]);
  expect(findings[0]).toMatchObject({ id: 'host.engine-place', found: 'ssh://gpu-1' });
});
