import { countGpus, finding } from './checks';
import { isAtLeast, type DriverVersion } from './driver-version';
import type { Finding } from './finding';
import type { HostFacts } from './host-facts';

/** The oldest driver that will do, and what for. */
export interface DriverDemand {
  readonly minimum: DriverVersion;
  /** `TensorFlow 2.21`. */
  readonly reason: string;
}

/** What `/dev/dxg` is to WSL: the way to the driver of Windows, in place of a kernel module and its devices. */
const WSL = 'dxg';
const MISMATCH = /driver\/library version mismatch/i;

export function kernelModule({ module, devices, smi }: HostFacts): Finding {
  if (devices.includes(WSL)) return finding('host.kernel-module', 'pass', '/dev/dxg: the driver of Windows');
  if (module !== undefined) return finding('host.kernel-module', 'pass', module);
  if (smi.kind === 'gpus' && smi.gpus.length > 0) {
    return finding('host.kernel-module', 'pass', 'nvidia-smi answers, without /proc/driver/nvidia/version');
  }
  return finding('host.kernel-module', 'fail', '/proc/driver/nvidia/version is not there', {
    hint:
      smi.kind === 'absent'
        ? "install NVIDIA's driver; on a machine without an NVIDIA GPU, --mode=static checks the image alone"
        : '`sudo modprobe nvidia` and look at `sudo dmesg`; after an update of the kernel: `dkms status`, then reboot',
  });
}

export function driverMatch({ module, library, smi }: HostFacts): Finding {
  const told = smi.kind === 'failed' && MISMATCH.test(smi.message);
  const other = (told ? /NVML library version: (\S+)/.exec(smi.message)?.[1] : undefined) ?? library;
  const found = `kernel module ${module ?? 'of another version'}, libraries ${other ?? 'of another version'}`;
  const hint = 'reboot, or unload the nvidia modules and load them again: an update replaced the libraries';
  if (told) return finding('host.driver-match', 'fail', found, { hint });
  if (smi.kind === 'gpus' && smi.gpus[0] !== undefined) {
    return finding('host.driver-match', 'pass', smi.gpus[0].driver);
  }
  if (module === undefined || library === undefined) {
    return finding('host.driver-match', 'skip', 'no version to compare with');
  }
  return module === library
    ? finding('host.driver-match', 'pass', module)
    : finding('host.driver-match', 'fail', found, { hint });
}

export function nvidiaSmi({ smi, module }: HostFacts): Finding {
  const id = 'host.nvidia-smi';
  switch (smi.kind) {
    case 'gpus':
      return finding(id, 'pass', `nvidia-smi lists ${countGpus(smi.gpus.length)}`, { seconds: smi.seconds });
    case 'absent':
      return finding(id, 'warn', 'there is no nvidia-smi on the PATH', {
        hint: "it comes with the driver's tools (nvidia-utils on Debian and Ubuntu)",
      });
    case 'failed': {
      const { message, seconds } = smi;
      if (MISMATCH.test(message))
        return finding(id, 'skip', 'host.driver-match tells why it fails', { seconds });
      const unloaded = /couldn't communicate with the NVIDIA driver|driver not loaded/i.test(message);
      if (unloaded && module === undefined) {
        return finding(id, 'skip', 'host.kernel-module tells why it fails', { seconds });
      }
      const denied = /insufficient permissions/i.test(message);
      return finding(id, denied ? 'warn' : 'fail', message, { hint: smiHint(message), seconds });
    }
  }
}

function smiHint(message: string): string {
  if (/insufficient permissions/i.test(message)) {
    return 'let this user open /dev/nvidia* (`ls -l /dev/nvidia*`); containers start as root and may work all the same';
  }
  if (/gpu is lost|unable to determine the device handle/i.test(message)) {
    return 'the GPU fell off the bus: reboot; if it comes back, look for Xid in `sudo dmesg`, then at power and slot';
  }
  if (/not a valid field to query/i.test(message))
    return 'this driver is too old for CUDA 12: install a newer one';
  return 'look for NVRM and Xid in `sudo dmesg`, then reboot';
}

export function devices({ devices, module }: HostFacts): Finding {
  const id = 'host.devices';
  if (devices.includes(WSL)) return finding(id, 'pass', '/dev/dxg');
  if (module === undefined) return finding(id, 'skip', 'no kernel module that they would belong to');
  const gpus = devices.filter((name) => /^nvidia\d+$/.test(name));
  const missing = ['nvidiactl', 'nvidia-uvm'].filter((name) => !devices.includes(name));
  if (gpus.length === 0) missing.push('nvidia0');
  if (missing.length === 0) {
    return finding(id, 'pass', [...gpus, 'nvidiactl', 'nvidia-uvm'].map((name) => `/dev/${name}`).join(', '));
  }
  return finding(id, 'warn', `missing: ${missing.map((name) => `/dev/${name}`).join(', ')}`, {
    hint: '`sudo nvidia-modprobe -u -c=0` makes them; the toolkit does so as well, but a request by CDI needs them before',
  });
}

export function driverVersion(
  { smi, module, devices }: HostFacts,
  demand: DriverDemand | undefined,
): Finding {
  const id = 'host.driver-version';
  const own = smi.kind === 'gpus' ? (smi.gpus[0]?.driver ?? module) : module;
  if (own === undefined) return finding(id, 'skip', 'no driver that tells its version');
  if (demand === undefined) {
    return finding(id, 'skip', `${own}; which one the TensorFlow of the service needs is not known`);
  }
  const expected = `${demand.minimum} or newer, for ${demand.reason}`;
  if (isAtLeast(own, demand.minimum)) return finding(id, 'pass', own, { expected });
  const where = devices.includes(WSL) ? 'on Windows' : 'on the host';
  return finding(id, 'fail', own, { expected, hint: `install driver ${demand.minimum} or newer ${where}` });
}
