import { execFileSync } from 'node:child_process';
import { packedPlugin } from './workspace';

describe('the published package', () => {
  const files = execFileSync('tar', ['-tzf', packedPlugin()], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((name) => name.replace(/^package\//, ''));

  it('holds what its users need', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'README.md',
        'LICENSE',
        'generators.json',
        'executors.json',
        'schemas/tfod.schema.json',
        'schemas/runtime.schema.json',
        'data/compat.json',
        'locks/2.21/py3.13/tf.lock',
        'locks/2.21/py3.13/gpu.lock',
        'demo/model.json',
        'demo/saved_model/saved_model.pb',
        'src/plugin.js',
        'src/plugin.d.ts',
        'src/generators/service/files/Dockerfile.template',
        'src/generators/service/files/__dot__dockerignore.template',
        'src/generators/service/files/__dot__gitattributes.template',
        'src/generators/runtime/files/docker/base.Dockerfile.template',
        'src/executors/docker-build/schema.json',
        'src/executors/infer/schema.json',
      ]),
    );
    expect(files.filter((name) => /^runtime\/tfod_runtime-.*-py3-none-any\.whl$/.test(name))).toHaveLength(1);
  });

  it('holds nothing else: no tests, no fixtures, no secrets, no TypeScript sources', () => {
    const allowed =
      /^(package\.json|README\.md|LICENSE|(generators|executors)\.json|(schemas|data|locks|demo|runtime)\/.+|src\/.+\.(js|d\.ts|json)|src\/generators\/[^/]+\/files\/.+)$/;
    expect(files.filter((name) => !allowed.test(name))).toEqual([]);
    const forbidden =
      /\.spec\.|\/testing\/|fixtures?\/|\.snap$|(^|\/)\.env|\.pem$|\.key$|\.npmrc|__pycache__|\.pyc$/;
    expect(files.filter((name) => forbidden.test(name))).toEqual([]);
  });

  it('names no registry host and no folder of the machine that packed it', () => {
    const text = execFileSync(
      'tar',
      ['-xzOf', packedPlugin(), '--wildcards', '*.js', '*.json', '*.lock', '*.in'],
      {
        encoding: 'utf8',
        maxBuffer: 256 << 20,
      },
    );
    expect(text).not.toMatch(/registry\.npmjs\.org|pypi\.org|pythonhosted\.org/);
    expect(text).not.toContain(process.cwd());
  });
});
