/** What the real programs print, for fakes of them to print again. */

const HOOK =
  'docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime ' +
  'create failed: runc create failed: unable to start container process: error during container init: error running ' +
  "hook #0: error running hook: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\n";
const HELP = "\n\nRun 'docker run --help' for more information\n";

export const NO_TOOLKIT =
  'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].' + HELP;
export const NO_CDI =
  'docker: Error response from daemon: could not select device driver "cdi" with capabilities: [].' + HELP;
export const NO_CDI_SPEC =
  'docker: Error response from daemon: CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all' +
  HELP;
export const NO_CDI_VENDOR =
  'docker: Error response from daemon: failed to discover GPU vendor from CDI: no known GPU vendor found' +
  HELP;
export const NO_RUNTIME =
  'docker: Error response from daemon: unknown or invalid runtime name: nvidia.' + HELP;
export const NOT_LOADED = `${HOOK}nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown.${HELP}`;
export const MISMATCH = `${HOOK}nvidia-container-cli: initialization error: nvml error: driver/library version mismatch: unknown.${HELP}`;
export const NO_LIBRARY = `${HOOK}nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory: unknown.${HELP}`;
export const NO_ADAPTER = `${HOOK}nvidia-container-cli: initialization error: WSL environment detected but no adapters were found: unknown.${HELP}`;
export const REQUIREMENT = `${HOOK}nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver to a newer version, or use an earlier cuda container: unknown.${HELP}`;
export const BAKED = `${HOOK}nvidia-container-cli: mount error: file creation failed: /var/lib/docker/overlay2/36b6/merged/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1: file exists: unknown.${HELP}`;
export const ROOTLESS = `${HOOK}nvidia-container-cli: mount error: failed to add device rules: unable to find any existing device filters attached to the cgroup: bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted: unknown.${HELP}`;
export const UNKNOWN_DEVICE = `${HOOK}nvidia-container-cli: device error: 3: unknown device: unknown.${HELP}`;
export const STALE_SPEC =
  'docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime ' +
  'create failed: runc create failed: unable to start container process: error during container init: error mounting ' +
  '"/usr/lib/x86_64-linux-gnu/libcuda.so.535.104.05" to rootfs at "/usr/lib/x86_64-linux-gnu/libcuda.so.535.104.05": ' +
  `no such file or directory: unknown.${HELP}`;
export const NO_SMI =
  'docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime ' +
  'create failed: runc create failed: unable to start container process: exec: "nvidia-smi": executable file not ' +
  `found in $PATH: unknown.${HELP}`;
export const NVML_UNKNOWN = 'Failed to initialize NVML: Unknown Error\n';
export const NVML_MISMATCH =
  'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.54\n';
export const SMI_NO_DRIVER =
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA " +
  'driver is installed and running.\n\n';
export const SMI_LOST =
  'Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU\n';
export const SMI_NONE = 'No devices were found\n';

/** /proc/driver/nvidia/version. */
export const PROC_VERSION =
  'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\n' +
  'GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n';
export const PROC_VERSION_OPEN =
  'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build  (dvs-builder@U16-I2)\n';

/** Rows of `nvidia-smi --query-gpu=index,name,driver_version,memory.total,compute_mode,mig.mode.current`. */
export const TWO_T4 =
  '0, Tesla T4, 535.104.05, 15360, Default, [N/A]\n1, Tesla T4, 535.104.05, 15360, Default, [N/A]\n';
/** `nvidia-smi -L`. */
export const TWO_T4_LISTED =
  'GPU 0: Tesla T4 (UUID: GPU-2f68f999-7b41-e64a-3709-0c8c4fa756c0)\n' +
  'GPU 1: Tesla T4 (UUID: GPU-8e3a7f10-5a06-4dd0-9d3e-4b3b0a6a7c11)\n';
export const A100_DIVIDED = '0, NVIDIA A100-SXM4-40GB, 535.104.05, 40960, Default, Enabled\n';
export const A100_INSTANCES =
  'GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5c89852c-d268-c3f3-1b07-005d5ae1dc3f)\n' +
  '  MIG 3g.20gb     Device  0: (UUID: MIG-GPU-5c89852c-d268-c3f3-1b07-005d5ae1dc3f/1/0)\n' +
  '  MIG 3g.20gb     Device  1: (UUID: MIG-GPU-5c89852c-d268-c3f3-1b07-005d5ae1dc3f/2/0)\n';
