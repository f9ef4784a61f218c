import type { Command } from './command';

/** One GPU as nvidia-smi lists it. */
export interface ListedGpu {
  readonly index: number;
  readonly name: string;
  readonly driver: string;
  readonly memoryMiB: number;
  /** `Default`, `Exclusive_Process` or `Prohibited`. */
  readonly computeMode: string;
  /** Whether the GPU is divided into instances (MIG). */
  readonly divided: boolean;
}

const FIELDS = [
  'index',
  'name',
  'driver_version',
  'memory.total',
  'compute_mode',
  'mig.mode.current',
] as const;

/** Asks for one line of CSV for each GPU. */
export function queryGpus(): Command {
  return { file: 'nvidia-smi', args: [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits'] };
}

/** Asks for one line for each GPU, and one below it for each of its instances. */
export function listGpus(): Command {
  return { file: 'nvidia-smi', args: ['-L'] };
}

/** The answer to `queryGpus`; lines that are no row of it are left out. */
export function readGpus(stdout: string): ListedGpu[] {
  const rows = stdout.split('\n').map((line) => line.split(',').map((cell) => cell.trim()));
  return rows
    .filter((row) => row.length === FIELDS.length && /^\d+$/.test(row[0] ?? ''))
    .map(([index = '', name = '', driver = '', memory = '', computeMode = '', mig = '']) => ({
      index: Number(index),
      name,
      driver,
      memoryMiB: Number(memory),
      computeMode,
      divided: mig === 'Enabled',
    }));
}

/** One GPU in the answer to `listGpus`. */
export interface GpuLine {
  readonly index: number;
  readonly name: string;
  readonly instances: number;
}

/** The answer to `listGpus`: `GPU 0: NVIDIA A100 (UUID: …)`, below it `  MIG 1g.5gb Device 0: (UUID: …)`. */
export function readGpuLines(stdout: string): GpuLine[] {
  const gpus: GpuLine[] = [];
  for (const line of stdout.split('\n')) {
    const [, index, name = ''] = /^GPU (\d+): (.*?)(?: \(UUID: .*\))?$/.exec(line) ?? [];
    const last = gpus.at(-1);
    if (index !== undefined) gpus.push({ index: Number(index), name, instances: 0 });
    else if (last && /^\s+MIG /.test(line))
      gpus[gpus.length - 1] = { ...last, instances: last.instances + 1 };
  }
  return gpus;
}
