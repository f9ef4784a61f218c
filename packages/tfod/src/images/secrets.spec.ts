import { resolve } from 'node:path';
import { chooseSecrets, hostSecrets, parseSecret, secretOption, unusedSecrets } from './secrets';

const files =
  (...known: string[]) =>
  (path: string) =>
    known.includes(path);

describe('hostSecrets', () => {
  it('takes the first bundle of certificates that is there, and the pip.conf', () => {
    const env = {
      PIP_CERT: '/gone.pem',
      SSL_CERT_FILE: '/ca.pem',
      REQUESTS_CA_BUNDLE: '/other.pem',
      PIP_CONFIG_FILE: '/pip.conf',
    };
    expect(hostSecrets(env, files('/ca.pem', '/other.pem', '/pip.conf'))).toEqual([
      { id: 'ca', source: { file: '/ca.pem' } },
      { id: 'pip', source: { file: '/pip.conf' } },
    ]);
  });

  it('counts from the current folder and not from that of the build', () => {
    const env = { NODE_EXTRA_CA_CERTS: 'certs/ca.pem', PIP_CONFIG_FILE: './pip.conf' };
    expect(hostSecrets(env, files('certs/ca.pem', './pip.conf'))).toEqual([
      { id: 'ca', source: { file: resolve('certs/ca.pem') } },
      { id: 'pip', source: { file: resolve('pip.conf') } },
    ]);
  });

  it('takes nothing where there is nothing', () => {
    expect(hostSecrets({ PIP_CONFIG_FILE: '/dev/null', PIP_CERT: '' }, files())).toEqual([]);
  });
});

describe('parseSecret', () => {
  it.each([
    ['id=pip,src=conf/pip.conf', { id: 'pip', source: { file: '/w/conf/pip.conf' } }],
    ['id=pip,type=file,source=/pip.conf', { id: 'pip', source: { file: '/pip.conf' } }],
    ['id=token,env=TOKEN', { id: 'token', source: { variable: 'TOKEN' } }],
    ['id=a,src=/x=y', { id: 'a', source: { file: '/x=y' } }],
  ])('reads %s', (text, secret) => expect(parseSecret(text, '/w')).toEqual(secret));

  it.each([
    '',
    'pip',
    'src=/a',
    'id=a',
    'id=a,src=/a,env=A',
    'id=a,env=A,type=file',
    'id=a,src=/a,mode=0400',
    'id=a,type=x,src=/a',
  ])('refuses %j', (text) => expect(parseSecret(text, '/w')).toMatchObject({ code: 'SECRET_MALFORMED' }));
});

describe('secretOption', () => {
  it('quotes what a CSV line would break at', () => {
    expect(secretOption({ id: 'a', source: { file: '/x, "y"' } })).toBe('id=a,"src=/x, ""y"""');
  });
});

describe('chooseSecrets', () => {
  const sources = { env: { TOKEN: '' }, isFile: files('/ca.pem', '/mine.pem'), path: 'Dockerfile' };
  const ca = { id: 'ca', source: { file: '/ca.pem' } };

  it('gives a Dockerfile what it mounts and no more; what was asked for comes before the host', () => {
    const mine = { id: 'ca', source: { file: '/mine.pem' } };
    const token = { id: 'token', source: { variable: 'TOKEN' } };
    const mounts = [
      { id: 'token', required: true },
      { id: 'ca', required: false },
      { id: 'ca', required: false },
    ];
    expect(
      chooseSecrets(mounts, [ca, mine, token, { id: 'pip', source: { file: '/pip' } }], sources),
    ).toEqual({
      options: ['id=ca,src=/mine.pem', 'id=token,env=TOKEN'],
      problems: [],
    });
  });

  it('does without one that is optional, and not without one that is required', () => {
    const found = chooseSecrets(
      [
        { id: 'a', required: false },
        { id: 'b', required: true },
      ],
      [],
      sources,
    );
    expect(found.options).toEqual([]);
    expect(found.problems).toMatchObject([{ code: 'SECRET_MISSING', what: expect.stringContaining('b') }]);
  });

  it('says which cannot be read', () => {
    const gone = [
      { id: 'ca', source: { file: '/gone' } },
      { id: 't', source: { variable: 'GONE' } },
    ];
    const mounts = gone.map(({ id }) => ({ id, required: false }));
    expect(chooseSecrets(mounts, gone, sources).problems).toMatchObject([
      { code: 'SECRET_UNREADABLE', found: '/gone' },
      { code: 'SECRET_UNREADABLE', found: 'GONE' },
    ]);
  });
});

describe('unusedSecrets', () => {
  it('tells of a secret that nothing mounts', () => {
    const given = [
      { id: 'a', source: { file: '/a' } },
      { id: 'b', source: { file: '/b' } },
    ];
    expect(unusedSecrets(given, [{ id: 'a', required: false }])).toMatchObject([
      { code: 'SECRET_UNKNOWN', what: expect.stringContaining(' b') },
    ]);
  });
});
