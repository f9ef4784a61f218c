import { countGpus, finding } from './checks';
import type { Finding } from './finding';
import type { HostFacts } from './host-facts';

export function gpuCount({ smi, devices }: HostFacts, wanted: number): Finding {
  const id = 'host.gpu-count';
  const expected = countGpus(wanted);
  const nodes = devices.filter((name) => /^nvidia\d+$/.test(name)).length;
  if (smi.kind !== 'gpus' && nodes === 0) return finding(id, 'skip', 'nothing lists them', { expected });
  const count = smi.kind === 'gpus' ? smi.gpus.length : nodes;
  const names = smi.kind === 'gpus' ? smi.gpus.map(({ name }) => name).join(', ') : 'by /dev/nvidia*';
  const found = count === 0 ? 'no GPU' : `${countGpus(count)}: ${names}`;
  if (count >= wanted) return finding(id, 'pass', found, { expected });
  const hint =
    count === 0
      ? '`lspci -d 10de:` lists the NVIDIA devices that the machine has; `sudo dmesg` tells why the driver leaves one out'
      : `lower --requireGpus to ${count}, or look with \`lspci -d 10de:\` for the GPUs that the driver leaves out`;
  return finding(id, 'fail', found, { expected, hint });
}

export function computeMode({ smi }: HostFacts): Finding {
  const id = 'host.compute-mode';
  if (smi.kind !== 'gpus' || smi.gpus.length === 0) return finding(id, 'skip', 'nvidia-smi does not tell');
  const others = smi.gpus.filter(({ computeMode }) => /^(Prohibited|Exclusive)/.test(computeMode));
  const found = others.map(({ index, computeMode }) => `GPU ${index}: ${computeMode}`).join(', ');
  const hint = '`sudo nvidia-smi -c DEFAULT` lets several programs compute on each GPU';
  if (others.length === 0) return finding(id, 'pass', 'Default');
  const prohibited = others.some(({ computeMode }) => computeMode === 'Prohibited');
  return finding(id, prohibited ? 'fail' : 'warn', found, { hint });
}

export function instances({ smi, instances }: HostFacts): Finding {
  const id = 'host.mig';
  if (smi.kind !== 'gpus' || smi.gpus.length === 0) return finding(id, 'skip', 'nvidia-smi does not tell');
  const divided = smi.gpus.filter((gpu) => gpu.divided);
  if (divided.length === 0) return finding(id, 'pass', 'no GPU is divided');
  const count = (index: number): number => instances.find((gpu) => gpu.index === index)?.instances ?? 0;
  const empty = divided.filter(({ index }) => count(index) === 0).map(({ index }) => `GPU ${index}`);
  if (empty.length === 0) {
    return finding(
      id,
      'pass',
      divided.map(({ index }) => `GPU ${index}: ${count(index)} instances`).join(', '),
    );
  }
  return finding(id, 'fail', `no instance on ${empty.join(', ')}`, {
    hint: 'make one (`nvidia-smi mig -lgip` lists the profiles, `sudo nvidia-smi mig -cgi <profile> -C` makes it), or `sudo nvidia-smi -mig 0`',
  });
}
