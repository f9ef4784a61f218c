import type { Finding, Owner, Stage, Status } from './finding';

interface Check {
  /** Who mends it, unless a finding knows better. */
  readonly owner: Owner;
  readonly expected: string;
}

/**
 * What is checked from outside of the image, causes before their consequences. Each has a section in
 * docs/gpu/host-and-engine.md; what the probe checks inside of the image stands in docs/gpu/findings.md.
 */
export const CHECKS = {
  'host.engine-place': { owner: 'host', expected: 'an engine on this machine' },
  'host.kernel-module': { owner: 'host', expected: "NVIDIA's kernel module is loaded" },
  'host.driver-match': { owner: 'host', expected: "one version of the driver's module and libraries" },
  'host.nvidia-smi': { owner: 'host', expected: 'nvidia-smi answers' },
  'host.devices': { owner: 'host', expected: '/dev/nvidiactl, /dev/nvidia-uvm and /dev/nvidia0' },
  'host.driver-version': {
    owner: 'host',
    expected: 'a driver that is new enough for the CUDA of TensorFlow',
  },
  'host.gpu-count': { owner: 'host', expected: '1 GPU' },
  'host.compute-mode': { owner: 'host', expected: 'compute mode Default on every GPU' },
  'host.mig': { owner: 'host', expected: 'an instance on every GPU that is divided (MIG)' },
  'engine.answers': { owner: 'engine', expected: 'Docker Engine 23 or newer, running' },
  'engine.gpu-known': { owner: 'engine', expected: 'the engine knows how to give a container a GPU' },
  'engine.driver-reached': { owner: 'host', expected: 'the NVIDIA Container Toolkit reaches the driver' },
  'engine.driver-accepted': { owner: 'host', expected: 'the driver meets what the image demands of it' },
  'engine.container': { owner: 'engine', expected: 'a container with a GPU request starts' },
  'engine.devices': { owner: 'engine', expected: 'nvidia-smi answers in the container' },
  'engine.gpu-count': { owner: 'engine', expected: '1 GPU in the container' },
  'engine.probe': { owner: 'image', expected: 'the probe of the image answers' },
} as const satisfies Readonly<Record<`${'host' | 'engine'}.${string}`, Check>>;

export type CheckId = keyof typeof CHECKS;
export const CHECK_IDS = Object.keys(CHECKS) as readonly CheckId[];

/** What a finding says besides its id, its status and what was found. */
export type Remarks = Partial<Pick<Finding, 'owner' | 'expected' | 'hint' | 'seconds'>>;

const PAGE = 'docs/gpu/host-and-engine.md';

/** The finding of one of the checks above. */
export function finding(id: CheckId, status: Status, found: string, remarks: Remarks = {}): Finding {
  const { owner, expected }: Check = CHECKS[id];
  return {
    id,
    stage: id.slice(0, id.indexOf('.')) as Stage,
    owner: remarks.owner ?? owner,
    status,
    found,
    expected: remarks.expected ?? expected,
    hint: remarks.hint ?? '',
    docs: `${PAGE}#${id.replace('.', '-')}`,
    seconds: remarks.seconds ?? 0,
  };
}

/** The checks of one stage that nobody made, each with the reason. */
export function skipped(stage: 'host' | 'engine', reason: string, except: readonly string[] = []): Finding[] {
  return CHECK_IDS.filter((id) => id.startsWith(`${stage}.`) && !except.includes(id)).map((id) =>
    finding(id, 'skip', reason),
  );
}

/** `1 GPU`, `2 GPUs`. */
export function countGpus(count: number): string {
  return `${count} GPU${count === 1 ? '' : 's'}`;
}
