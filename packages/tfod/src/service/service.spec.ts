import { TfodError } from '../values/tfod-error';
import { parseService, parseTfodProject } from './service';

const AT = { name: 'parking', root: 'apps/parking' };
const WRITTEN = { $schema: 'x', variants: ['cpu'], model: 'demo', image: 'acme/parking', port: 8080 };

describe('parseService', () => {
  it('knows on which runtime a service stands', () => {
    expect(parseService(JSON.stringify({ ...WRITTEN, runtime: 'ml' }), AT).runtime).toBe('ml');
  });

  it('reads what the generator writes', () => {
    expect(parseService(JSON.stringify(WRITTEN), AT)).toEqual({
      name: 'parking',
      root: 'apps/parking',
      variants: ['cpu'],
      model: 'demo',
      image: 'acme/parking',
      port: 8080,
    });
  });

  it('puts the variants into their order', () => {
    expect(parseService(JSON.stringify({ ...WRITTEN, variants: ['gpu', 'cpu'] }), AT).variants).toEqual([
      'cpu',
      'gpu',
    ]);
  });

  it('does not mind a byte order mark', () => {
    expect(parseService(`\uFEFF${JSON.stringify(WRITTEN)}`, AT).model).toBe('demo');
  });

  it('reports everything at once', () => {
    const text = JSON.stringify({
      variant: ['cpu'],
      model: '../demo',
      image: 'Acme/x:1',
      port: '8080',
      gpus: 1,
    });
    expect(problemsOf(text).map(({ code, where, remedy }) => [code, where, remedy])).toEqual([
      ['SERVICE_KEY_MISSING', 'apps/parking/tfod.json', 'add "variants": ["cpu"]'],
      ['SERVICE_KEY_UNKNOWN', 'apps/parking/tfod.json', 'did you mean "variants"?'],
      ['SERVICE_KEY_UNKNOWN', 'apps/parking/tfod.json', 'remove it'],
      ['SERVICE_MODEL', 'apps/parking/tfod.json "model"', expect.any(String)],
      ['SERVICE_IMAGE', 'apps/parking/tfod.json "image"', expect.any(String)],
      ['SERVICE_PORT', 'apps/parking/tfod.json "port"', expect.any(String)],
    ]);
  });

  it.each([
    [{ variants: [] }, 'SERVICE_VARIANTS', '[]'],
    [{ variants: 'cpu' }, 'SERVICE_VARIANTS', '"cpu"'],
    [{ variants: ['cpu', 'cpu'] }, 'SERVICE_VARIANTS', '["cpu","cpu"]'],
    [{ variants: ['cpu', 'tpu'] }, 'SERVICE_VARIANT_UNKNOWN', '"tpu"'],
    [{ variants: [null] }, 'SERVICE_VARIANT_UNKNOWN', 'null'],
    [{ model: '' }, 'SERVICE_MODEL', '""'],
    [{ model: 'a/b' }, 'SERVICE_MODEL', '"a/b"'],
    [{ model: '..' }, 'SERVICE_MODEL', '".."'],
    [{ image: 'parking:1' }, 'SERVICE_IMAGE', '"parking:1"'],
    [{ image: '' }, 'SERVICE_IMAGE', '""'],
    [{ image: null }, 'SERVICE_IMAGE', 'null'],
    [{ port: 0 }, 'SERVICE_PORT', '0'],
    [{ port: 65536 }, 'SERVICE_PORT', '65536'],
    [{ port: 80.5 }, 'SERVICE_PORT', '80.5'],
    [{ runtime: '' }, 'SERVICE_RUNTIME', '""'],
    [{ runtime: { name: 'ml' } }, 'SERVICE_RUNTIME', '{"name":"ml"}'],
  ])('refuses %j', (edit, code, found) => {
    expect(problemsOf(JSON.stringify({ ...WRITTEN, ...edit }))).toEqual([
      expect.objectContaining({ code, found }),
    ]);
  });

  it('offers the variant that was meant', () => {
    expect(problemsOf(JSON.stringify({ ...WRITTEN, variants: ['GPU'] }))[0]?.remedy).toBe(
      'did you mean "gpu"?',
    );
  });

  it.each(['{', '', '[]', 'null', '"x"'])('refuses %j as a whole', (text) => {
    expect(problemsOf(text)).toEqual([
      expect.objectContaining({ code: 'SERVICE_MALFORMED', where: 'apps/parking/tfod.json' }),
    ]);
  });
});

describe('parseTfodProject', () => {
  const ML = { name: 'ml', root: 'libs/ml' };
  const RUNTIME = { kind: 'runtime', variants: ['gpu', 'cpu'], image: 'acme/ml' };

  it('tells a runtime from a service', () => {
    expect(parseTfodProject(JSON.stringify(RUNTIME), ML)).toEqual({
      ...ML,
      kind: 'runtime',
      variants: ['cpu', 'gpu'],
      image: 'acme/ml',
    });
    expect(parseTfodProject(JSON.stringify(WRITTEN), AT).kind).toBeUndefined();
  });

  it.each([
    [{ kind: 'service' }, ['KIND_UNKNOWN']],
    [{ variants: [] }, ['SERVICE_VARIANTS']],
    [{ image: 'ml:1' }, ['SERVICE_IMAGE']],
    [{ image: undefined, model: 'demo' }, ['SERVICE_KEY_MISSING', 'SERVICE_KEY_UNKNOWN']],
  ])('refuses a runtime with %j', (edit, codes) => {
    const found = problemsOf(JSON.stringify({ ...RUNTIME, ...edit }), parseTfodProject);
    expect(found.map(({ code }) => code)).toEqual(codes);
  });

  it('is refused where only a service will do', () => {
    expect(problemsOf(JSON.stringify(RUNTIME))).toEqual([
      expect.objectContaining({ code: 'SERVICE_IS_RUNTIME', where: 'apps/parking/tfod.json' }),
    ]);
  });
});

function problemsOf(text: string, parse: (text: string, at: typeof AT) => unknown = parseService) {
  try {
    parse(text, AT);
  } catch (error) {
    if (error instanceof TfodError) return error.problems;
    throw error;
  }
  throw new Error('nothing was refused');
}
