import { parsePluginOptions, type TfodPluginOptions } from './plugin-options';

describe('parsePluginOptions', () => {
  const defaults = {
    dockerBuild: { name: 'docker-build' },
    infer: { name: 'infer' },
    gpuVerify: { name: 'gpu-verify' },
    serve: { name: 'serve' },
    serveReady: { name: 'serve-ready' },
    modelInfo: { name: 'model-info' },
    evaluate: { name: 'evaluate' },
    promote: { name: 'promote' },
  };

  it.each([
    [undefined, {}],
    [{ dockerBuild: 'image' }, { dockerBuild: { name: 'image' } }],
    [
      { infer: { name: 'detect', options: { minScore: 0.7 } } },
      { infer: { name: 'detect', options: { minScore: 0.7 } } },
    ],
    [
      { infer: { configurations: { ci: { using: 'python' } } } },
      { infer: { name: 'infer', configurations: { ci: { using: 'python' } } } },
    ],
    [
      { gpuVerify: { options: { mode: 'static' } } },
      { gpuVerify: { name: 'gpu-verify', options: { mode: 'static' } } },
    ],
  ])('reads %j', (options, settings) => {
    expect(parsePluginOptions(options)).toEqual({ ...defaults, ...settings });
  });

  it('reports everything at once', () => {
    const options = { dockerBuil: 'x', dockerBuild: 3, infer: { nam: 'y' } } as unknown as TfodPluginOptions;
    expect(() => parsePluginOptions(options)).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ code: 'PLUGIN_OPTION_UNKNOWN', remedy: 'did you mean "dockerBuild"?' }),
          expect.objectContaining({ code: 'PLUGIN_OPTION', found: '3' }),
          expect.objectContaining({ code: 'PLUGIN_OPTION_UNKNOWN', remedy: 'did you mean "name"?' }),
        ],
      }),
    );
  });

  it('refuses two targets of one name', () => {
    expect(() => parsePluginOptions({ dockerBuild: 'infer' })).toThrow(
      expect.objectContaining({ code: 'PLUGIN_OPTION' }),
    );
  });
});
