import { TfodError } from '../values/tfod-error';
import { parseService } from './service';

const AT = { name: 'parking', root: 'apps/parking' };
const WRITTEN = { $schema: 'x', variants: ['cpu'], model: 'demo', image: 'acme/parking', port: 8080 };

describe('parseService', () => {
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

function problemsOf(text: string) {
  try {
    parseService(text, AT);
  } catch (error) {
    if (error instanceof TfodError) return error.problems;
    throw error;
  }
  throw new Error('nothing was refused');
}
