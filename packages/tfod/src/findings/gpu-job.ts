import { toYaml, type Yaml } from './yaml';

export interface GpuJob {
  /** Name of the Nx project. */
  readonly service: string;
  readonly image: string;
  readonly gpus: number;
  /** Of `python`: what starts the probe. */
  readonly args: readonly string[];
  /** After which the cluster stops it. */
  readonly seconds: number;
  /** Where the text will be, from the workspace root. */
  readonly file: string;
}

/** Where the Job is left, relative to the workspace root: what Nx prints around it is no YAML. */
export function gpuJobPath(projectRoot: string): string {
  return `dist/${projectRoot}/gpu-verify.job.yaml`;
}

/** The probe ends well whatever it finds; the Job is to complete with a proof alone, so that `kubectl wait` can tell. */
const FAIL_UNLESS_PROVED = [
  'import json, subprocess, sys',
  'report = subprocess.run([sys.executable, *sys.argv[1:]], stdout=subprocess.PIPE, text=True).stdout',
  'print(report, flush=True)',
  'sys.exit(json.loads(report)["result"] != "pass")',
].join('\n');

/** A Kubernetes Job (batch/v1) that runs the probe where the cluster has GPUs, as text to `kubectl apply`. */
export function gpuJob(job: GpuJob): string {
  const { service, image, seconds, file } = job;
  const name = jobName(service);
  return `# Proves on a cluster that ${image} computes on a GPU; the Job completes with a proof and fails without.
#   kubectl apply --filename=${file}
#   kubectl wait --for=condition=complete --timeout=${seconds}s job/${name}
#   kubectl logs job/${name}        # the findings, as JSON
# The cluster must be able to pull the image: nx run ${service}:docker-build --variants=gpu --push
# A pod that stays Pending: docs/gpu/host-and-engine.md#cluster
${toYaml(manifest(name, job))}
`;
}

function manifest(name: string, { image, gpus, args, seconds }: GpuJob): Yaml {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'tfod' } },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: seconds,
      template: {
        spec: {
          restartPolicy: 'Never',
          // Nodes with GPUs are commonly kept free of everything that does not say so.
          tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'probe',
              image,
              command: ['python', '-c', FAIL_UNLESS_PROVED],
              args: [...args],
              env: [{ name: 'HOME', value: '/tmp' }],
              resources: { limits: { 'nvidia.com/gpu': gpus } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
    },
  };
}

/** A DNS label of at most 63 characters, which labels and names of Kubernetes have to be. */
function jobName(service: string): string {
  const slug = service
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '');
  return `${slug.slice(0, 63 - '-gpu-verify'.length).replace(/-+$/, '')}-gpu-verify`;
}
