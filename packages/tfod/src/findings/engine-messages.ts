import type { CheckId } from './checks';
import type { Owner } from './finding';

/** What stops a container with a GPU request from starting, by what Docker prints then. */
export interface EngineMessage {
  readonly pattern: RegExp;
  readonly check: CheckId;
  readonly owner: Owner;
  readonly hint: string;
}

const INSTALL_TOOLKIT =
  "install nvidia-container-toolkit on the engine's machine, then restart the engine, which looks for it only when it starts";
const UPDATE_LEFTOVERS =
  'reboot, or unload the nvidia modules and load them again: an update replaced the libraries';
const NEW_SPEC =
  'the description of the GPUs (CDI) is older than the driver: `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`';

/**
 * Messages of the Docker daemon (daemon/errors.go, daemon/cdi.go of moby), of nvidia-container-cli (libnvidia-container)
 * and of runc, the most telling first. All of them may stand at the end of a long line of wrappers.
 */
export const ENGINE_MESSAGES: readonly EngineMessage[] = [
  {
    pattern: /could not select device driver "cdi"/,
    check: 'engine.gpu-known',
    owner: 'engine',
    hint: 'this engine has CDI switched off: `"features": {"cdi": true}` in daemon.json, or Docker Engine 28.2 or newer',
  },
  {
    pattern: /could not select device driver "[^"]*" with capabilities/,
    check: 'engine.gpu-known',
    owner: 'engine',
    hint: INSTALL_TOOLKIT,
  },
  {
    pattern:
      /unknown or invalid runtime name: nvidia|exec: "?[\w/-]*nvidia-c[\w-]*"?: executable file not found/,
    check: 'engine.gpu-known',
    owner: 'engine',
    hint: `${INSTALL_TOOLKIT} (\`sudo nvidia-ctk runtime configure --runtime=docker\`)`,
  },
  {
    pattern: /no known GPU vendor found|unresolvable CDI devices/,
    check: 'engine.gpu-known',
    owner: 'engine',
    hint: 'no description of the GPUs (CDI) is there: `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`',
  },
  {
    pattern: /driver not loaded|no adapters were found/,
    check: 'engine.driver-reached',
    owner: 'host',
    hint: '`sudo modprobe nvidia` and look at `sudo dmesg`; after an update of the kernel: `dkms status`, then reboot',
  },
  {
    pattern: /driver\/library version mismatch/i,
    check: 'engine.driver-reached',
    owner: 'host',
    hint: UPDATE_LEFTOVERS,
  },
  {
    pattern: /load library failed: lib(nvidia-ml|cuda)\.so/,
    check: 'engine.driver-reached',
    owner: 'host',
    hint: "install NVIDIA's driver on the engine's machine; Docker Desktop for Linux and snaps of Docker do not reach it: use Docker Engine",
  },
  {
    pattern: /requirement error: /,
    check: 'engine.driver-accepted',
    owner: 'host',
    hint: 'install the driver that the image demands (its NVIDIA_REQUIRE_CUDA), or build it on an older CUDA',
  },
  {
    pattern: /nvidia-container-cli: initialization error/,
    check: 'engine.driver-reached',
    owner: 'host',
    hint: "run nvidia-smi on the engine's machine, and look for NVRM and Xid in `sudo dmesg`",
  },
  {
    pattern: /mount error: file creation failed: \S+: file exists/,
    check: 'engine.container',
    owner: 'image',
    hint: 'the image carries files of a driver, which must come from the host: remove libcuda, libnvidia-* and nvidia-smi from it',
  },
  {
    pattern: /failed to add device rules|BPF_CGROUP_DEVICE/,
    check: 'engine.container',
    owner: 'engine',
    hint: 'an engine without root may not change device rules: `no-cgroups = true` in /etc/nvidia-container-runtime/config.toml, or CDI',
  },
  {
    pattern:
      /failed to stat CDI host device|error mounting "[^"]*(nvidia|libcuda)[^"]*"|failed to ful[a-z]+ mount request/,
    check: 'engine.container',
    owner: 'engine',
    hint: NEW_SPEC,
  },
  {
    pattern: /device error: .*unknown device/,
    check: 'engine.container',
    owner: 'image',
    hint: 'NVIDIA_VISIBLE_DEVICES of the image names a GPU that is not there: set it to all',
  },
];
