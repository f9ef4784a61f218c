export interface DockerBuildOptions {
  readonly variants?: readonly ('cpu' | 'gpu' | 'lite')[];
  readonly plan?: boolean;
  readonly check?: boolean;
  readonly explain?: boolean;
  readonly since?: string;
  readonly output?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly force?: boolean;
  readonly push?: boolean;
  readonly goal?: 'local' | 'registry';
  readonly registry?: string;
  readonly tags?: readonly (string | number)[] | number;
  readonly platforms?: readonly string[];
  readonly buildArgs?: object | readonly string[];
  readonly secrets?: readonly string[];
  readonly cacheFrom?: readonly string[];
  readonly cacheTo?: readonly string[];
  readonly builder?: string;
  readonly frozenLock?: boolean;
  readonly verbose?: boolean;
}
