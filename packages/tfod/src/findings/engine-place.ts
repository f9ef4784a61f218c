import type { EngineDetails } from '../engine/engine-details';

/** Whether the host stage can look at the machine whose driver the containers get. */
export type EnginePlace = { readonly here: true } | { readonly here: false; readonly where: string };

export interface PlaceFacts {
  /** `unix:///var/run/docker.sock`, `ssh://gpu-1`, `tcp://10.0.0.3:2376`; empty when the client does not say. */
  readonly endpoint: string;
  /** Undefined when the engine does not answer. */
  readonly engine: EngineDetails | undefined;
  readonly machine: {
    readonly platform: NodeJS.Platform;
    readonly hostname: string;
    readonly kernel: string;
    /** Whether this process runs in a container itself. */
    readonly inContainer: boolean;
  };
}

const LOOPBACK = /^\w+:\/\/(localhost|127\.[\d.]+|\[::1\])(:|\/|$)/;

/**
 * Containers share the kernel of the engine's machine, so an engine that reports another kernel is on another
 * machine, or in a virtual one, even if its address is a local socket. A process in a container shares the kernel
 * too, but sees neither the devices nor the programs of the machine around it.
 */
export function enginePlace({ endpoint, engine, machine }: PlaceFacts): EnginePlace {
  if (machine.platform !== 'linux') return { here: false, where: 'a virtual machine on this computer' };
  if (/^(ssh|tcp|https?):/.test(endpoint) && !LOOPBACK.test(endpoint))
    return { here: false, where: endpoint };
  if (engine === undefined) return { here: true };
  if (engine.kernel !== machine.kernel) {
    return { here: false, where: `${engine.system}, kernel ${engine.kernel} (here: ${machine.kernel})` };
  }
  if (machine.inContainer && engine.hostname !== machine.hostname) {
    return { here: false, where: `${engine.hostname}, outside of the container that this command runs in` };
  }
  return { here: true };
}
