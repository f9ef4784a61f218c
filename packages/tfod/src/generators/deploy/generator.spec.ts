import { addProjectConfiguration, logger, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { parse } from 'yaml';
import deployGenerator from './generator';

const FOLDER = 'apps/parking/deploy';

describe('deploy', () => {
  let tree: Tree;
  let told: string[];

  beforeEach(() => {
    tree = createTreeWithEmptyWorkspace({ formatter: 'none' });
    addProjectConfiguration(tree, 'parking', { root: 'apps/parking', targets: {} });
    service({ variants: ['cpu', 'gpu'], image: 'registry.example/vision/parking', port: 9000 });
    told = [];
    jest.spyOn(logger, 'info').mockImplementation((line: string) => told.push(line));
  });
  afterEach(() => jest.restoreAllMocks());

  it('writes what a cluster needs to run the image on its port', () => {
    deployGenerator(tree, { project: 'parking', tag: '1.4.0', replicas: 3, shards: 16 });
    const deployment = read('kubernetes/deployment.yaml');
    const [container] = deployment.spec.template.spec.containers;
    expect(deployment.spec.replicas).toBe(3);
    expect(container.image).toBe('registry.example/vision/parking:1.4.0-cpu');
    expect(container.ports).toEqual([{ name: 'http', containerPort: 9000 }]);
    expect(container.readinessProbe.httpGet.path).toBe('/readyz');
    expect(container.livenessProbe.httpGet.path).toBe('/healthz');
    expect(container.resources.limits).toEqual({ cpu: '2', memory: '2Gi' });
    expect(read('kubernetes/service.yaml').spec.selector).toEqual(deployment.spec.selector.matchLabels);
    const { spec } = read('kubernetes/bulk-job.yaml');
    expect([spec.completionMode, spec.completions, spec.parallelism]).toEqual(['Indexed', 16, 16]);
    expect(spec.template.spec.containers[0].args).toContain('--shard=$(JOB_COMPLETION_INDEX)/16');
    const [predictor] = read('kserve/inference-service.yaml').spec.predictor.containers;
    expect(predictor.readinessProbe.httpGet).toEqual({ path: '/v2/health/ready', port: 9000 });
  });

  it('asks for a GPU where the image wants one', () => {
    deployGenerator(tree, { project: 'parking', variant: 'gpu' });
    const asked = { cpu: '2', memory: '8Gi', 'nvidia.com/gpu': '1' };
    const containers = [
      read('kubernetes/deployment.yaml').spec.template.spec.containers[0],
      read('kubernetes/bulk-job.yaml').spec.template.spec.containers[0],
      read('kserve/inference-service.yaml').spec.predictor.containers[0],
    ];
    for (const { image, resources } of containers) {
      expect(image).toBe('registry.example/vision/parking:gpu');
      expect(resources.limits).toEqual(asked);
      expect(resources.requests['nvidia.com/gpu']).toBeUndefined();
    }
  });

  it('leaves every file that is there as it is, and says so of those that differ', () => {
    deployGenerator(tree, { project: 'parking' });
    tree.write(`${FOLDER}/kubernetes/service.yaml`, 'mine');
    tree.delete(`${FOLDER}/kubernetes/bulk-job.yaml`);
    told = [];
    deployGenerator(tree, { project: 'parking', shards: 4 });
    expect(tree.read(`${FOLDER}/kubernetes/service.yaml`, 'utf-8')).toBe('mine');
    expect(read('kubernetes/bulk-job.yaml').spec.completions).toBe(4);
    expect(told).toHaveLength(2);
    expect(told[0]).toContain('kubernetes/service.yaml is left as it is');
    expect(told[1]).toContain('kubectl apply --filename apps/parking/deploy/kubernetes/bulk-job.yaml');
  });

  it('warns of an image that no cluster can pull', () => {
    service({ variants: ['cpu'], image: 'parking', port: 8080 });
    deployGenerator(tree, { project: 'parking', directory: 'k8s/parking' });
    expect(told.join()).toContain('names no registry');
    expect(tree.exists('k8s/parking/kserve/inference-service.yaml')).toBe(true);
  });

  it.each([
    [{ project: 'nobody' }, 'SERVICE_NOT_FOUND'],
    [{ project: 'parking', tag: 'not a tag' }, 'IMAGE_REF_MALFORMED'],
    [{ project: 'parking', tag: 1.1 }, 'TAG_IS_NUMBER'],
    [{ project: 'parking', directory: '../elsewhere' }, 'DIRECTORY_OUTSIDE'],
  ])('refuses %j', (options, code) => {
    expect(() => deployGenerator(tree, options)).toThrow(code);
  });

  it('refuses a variant that the service has not', () => {
    service({ variants: ['cpu'], image: 'parking', port: 8080 });
    expect(() => deployGenerator(tree, { project: 'parking', variant: 'gpu' })).toThrow('VARIANT_NOT_THERE');
  });

  function service(settings: object) {
    tree.write('apps/parking/tfod.json', JSON.stringify({ model: 'demo', ...settings }));
  }

  function read(name: string) {
    return parse(tree.read(`${FOLDER}/${name}`, 'utf-8') ?? '');
  }
});
