import type { GpuRequest } from '../engine/gpu-container';
import {
  A100_INSTANCES,
  BAKED,
  MISMATCH,
  NO_ADAPTER,
  NO_CDI,
  NO_CDI_SPEC,
  NO_CDI_VENDOR,
  NO_LIBRARY,
  NO_RUNTIME,
  NO_SMI,
  NO_TOOLKIT,
  NOT_LOADED,
  NVML_MISMATCH,
  NVML_UNKNOWN,
  REQUIREMENT,
  ROOTLESS,
  SMI_NONE,
  STALE_SPEC,
  TWO_T4_LISTED,
  UNKNOWN_DEVICE,
} from '../testing/gpu-messages';
import { CHECK_IDS } from './checks';
import { bestAttempt, requestFindings, starts } from './engine-stage';
import { readAttempt, type Attempt } from './gpu-attempt';
import { firstFailure } from './verdict';

interface Ended {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

function attempt(request: GpuRequest, { code = 0, stdout = '', stderr = '' }: Ended): Attempt {
  return readAttempt(request, { code, signal: null, stdout, stderr, seconds: 0.4 });
}

const DEMANDS = { gpus: 1, onHost: 2 };
const findingsOf = (...attempts: [Attempt, ...Attempt[]]) => requestFindings(attempts, DEMANDS);
const statuses = (findings: ReturnType<typeof findingsOf>) => findings.map(({ status }) => status).join(' ');

it('passes every rung when a container lists its GPUs', () => {
  const findings = findingsOf(attempt('gpus', { stdout: TWO_T4_LISTED }));
  const others = ['engine.answers', 'engine.probe'];
  expect(findings.map(({ id }) => id)).toEqual(
    CHECK_IDS.filter((id) => id.startsWith('engine.') && !others.includes(id)),
  );
  expect(statuses(findings)).toBe('pass pass pass pass pass pass');
  expect(findings.at(-1)?.found).toBe('2 GPUs: Tesla T4, Tesla T4');
});

it.each<[string, Ended, string, string, string]>([
  ['no toolkit', { code: 125, stderr: NO_TOOLKIT }, 'engine.gpu-known', 'engine', 'nvidia-container-toolkit'],
  ['no CDI vendor', { code: 125, stderr: NO_CDI_VENDOR }, 'engine.gpu-known', 'engine', 'nvidia-ctk cdi'],
  ['no CDI description', { code: 125, stderr: NO_CDI_SPEC }, 'engine.gpu-known', 'engine', 'nvidia-ctk cdi'],
  ['CDI switched off', { code: 125, stderr: NO_CDI }, 'engine.gpu-known', 'engine', 'daemon.json'],
  ['no runtime', { code: 125, stderr: NO_RUNTIME }, 'engine.gpu-known', 'engine', 'runtime configure'],
  ['module not loaded', { code: 125, stderr: NOT_LOADED }, 'engine.driver-reached', 'host', 'modprobe'],
  ['updated libraries', { code: 125, stderr: MISMATCH }, 'engine.driver-reached', 'host', 'reboot'],
  // Docker ends with 127 when "no such file or directory" stands anywhere in a message.
  ['no driver library', { code: 127, stderr: NO_LIBRARY }, 'engine.driver-reached', 'host', 'Docker Desktop'],
  ['WSL without adapter', { code: 125, stderr: NO_ADAPTER }, 'engine.driver-reached', 'host', 'dmesg'],
  ['a demand of the image', { code: 125, stderr: REQUIREMENT }, 'engine.driver-accepted', 'host', 'CUDA'],
  ['a driver in the image', { code: 125, stderr: BAKED }, 'engine.container', 'image', 'libnvidia-'],
  ['an engine without root', { code: 126, stderr: ROOTLESS }, 'engine.container', 'engine', 'no-cgroups'],
  [
    'an outdated description',
    { code: 127, stderr: STALE_SPEC },
    'engine.container',
    'engine',
    'cdi generate',
  ],
  ['a GPU that is not there', { code: 125, stderr: UNKNOWN_DEVICE }, 'engine.container', 'image', 'VISIBLE'],
  ['something new', { code: 125, stderr: 'docker: something new' }, 'engine.container', 'engine', '--dryRun'],
  ['lost devices', { code: 255, stdout: NVML_UNKNOWN }, 'engine.devices', 'engine', 'daemon-reload'],
  ['mixed libraries', { code: 18, stdout: NVML_MISMATCH }, 'engine.devices', 'host', 'reboot'],
  ['no devices', { code: 6, stdout: SMI_NONE }, 'engine.gpu-count', 'engine', 'NVIDIA_VISIBLE_DEVICES'],
])('names the rung, the owner and the next step for %s', (_, ended, id, owner, hint) => {
  const cause = firstFailure(findingsOf(attempt('gpus', ended)));
  expect(cause).toMatchObject({ id, owner, hint: expect.stringContaining(hint) });
  expect(cause?.found).not.toMatch(/docker run --help|^docker:/);
});

it('says of the rungs below the one that broke that they hold, and of those above that nobody saw', () => {
  expect(statuses(findingsOf(attempt('gpus', { code: 125, stderr: REQUIREMENT })))).toBe(
    'pass pass fail skip skip skip',
  );
});

it('claims nothing about the rungs below an unknown message', () => {
  expect(statuses(findingsOf(attempt('gpus', { code: 125, stderr: 'docker: what?' })))).toBe(
    'skip skip skip fail skip skip',
  );
});

it('lets the probe decide when the container has no nvidia-smi', () => {
  const seen = attempt('gpus', { code: 127, stderr: NO_SMI });
  expect(starts(seen)).toBe(true);
  expect(statuses(findingsOf(seen))).toBe('pass pass pass pass warn skip');
});

it('takes the request that works, and warns of the one that does not', () => {
  const attempts = [
    attempt('gpus', { code: 125, stderr: NO_TOOLKIT }),
    attempt('cdi', { stdout: TWO_T4_LISTED }),
  ] as const;
  expect(bestAttempt(attempts).request).toBe('cdi');
  const findings = findingsOf(...attempts);
  expect(statuses(findings)).toBe('warn skip skip pass pass pass');
  expect(findings[0]?.found).toContain(
    '--device nvidia.com/gpu=all works, --gpus all does not: could not select',
  );
});

it('tells of the first of two requests that come equally far', () => {
  const attempts = [
    attempt('gpus', { code: 125, stderr: NO_TOOLKIT }),
    attempt('cdi', { code: 125, stderr: NO_CDI }),
  ] as const;
  expect(firstFailure(findingsOf(...attempts))?.found).toContain('[[gpu]]');
});

it('warns when a container gets fewer GPUs than the host has, and counts a divided one once', () => {
  const findings = findingsOf(attempt('gpus', { stdout: A100_INSTANCES }));
  expect(findings.at(-1)).toMatchObject({
    status: 'warn',
    found: '1 GPU: NVIDIA A100-SXM4-40GB; the host has 2',
  });
});

it('fails when a container gets fewer GPUs than are needed', () => {
  const [seen] = [attempt('gpus', { stdout: TWO_T4_LISTED })];
  const findings = requestFindings([seen], { gpus: 3, onHost: undefined });
  expect(findings.at(-1)).toMatchObject({ status: 'fail', expected: '3 GPUs in the container' });
});
