import { finding, skipped } from './checks';
import type { EnginePlace } from './engine-place';
import type { Finding } from './finding';
import {
  devices,
  driverMatch,
  driverVersion,
  kernelModule,
  nvidiaSmi,
  type DriverDemand,
} from './host-driver';
import type { HostFacts } from './host-facts';
import { computeMode, gpuCount, instances } from './host-gpus';

export interface HostDemands {
  readonly gpus: number;
  /** Undefined: which TensorFlow the service has is not known. */
  readonly driver: DriverDemand | undefined;
}

/** The findings about this machine; where the engine is elsewhere, that alone. */
export function hostFindings(facts: HostFacts, place: EnginePlace, demands: HostDemands): Finding[] {
  if (!place.here) return engineElsewhere(place.where);
  return [
    finding('host.engine-place', 'pass', 'this machine'),
    kernelModule(facts),
    driverMatch(facts),
    nvidiaSmi(facts),
    devices(facts),
    driverVersion(facts, demands.driver),
    gpuCount(facts, demands.gpus),
    computeMode(facts),
    instances(facts),
  ];
}

/** The driver of the other machine is seen through the containers that it runs. */
function engineElsewhere(where: string): Finding[] {
  const hint = `run nvidia-smi there; the checks of the engine stage tell what its containers get`;
  const reason = 'the engine is elsewhere';
  return [
    finding('host.engine-place', 'warn', where, { hint }),
    ...skipped('host', reason, ['host.engine-place']),
  ];
}
