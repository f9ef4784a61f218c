import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from '../../testing/a-folder';
import { ModelServer, Proxy, TEST_CERTIFICATE } from '../../testing/model-server';
import { download, nameOf, type DownloadRequest, type Network } from './download';

const ARCHIVE = Buffer.concat(
  Array.from({ length: 20_000 }, (_, at) => createHash('sha256').update(String(at)).digest()),
);

describe('download', () => {
  let server: ModelServer;
  let folder: string;
  let written: string[];
  let network: Network;
  beforeEach(async () => {
    server = await new ModelServer(ARCHIVE).start();
    folder = aFolder();
    written = [];
    network = {
      env: {},
      screen: { write: (text) => void written.push(text), isTty: false },
      now: Date.now,
      patience: { attempts: 3, worthwhileBytes: 400_000, firstPauseMs: 1, stallMs: 4000, stallBytes: 1000 },
    };
  });
  afterEach(() => server.stop());

  const fetched = async (overrides: Partial<DownloadRequest> = {}) => {
    const target = join(folder, 'whole');
    const request = {
      url: server.url(),
      partFile: join(folder, 'parts/x'),
      target,
      maxBytes: 1e6,
      plainAllowed: false,
    };
    const { pieces } = await download({ ...request, ...overrides }, network);
    return { pieces, isRight: readFileSync(target).equals(ARCHIVE) };
  };

  it('fetches in one piece, and says nothing of what was quick', async () => {
    expect(await fetched()).toEqual({ pieces: 1, isRight: true });
    expect(server.requests).toEqual([{ path: '/ssd.tar.gz', range: undefined }]);
    expect(written).toEqual([]);
    expect(existsSync(join(folder, 'parts/x.json'))).toBe(false);
  });

  it('goes on where a connection was cut', async () => {
    server.mischief = [{ cutAfter: 300_000 }, { cutAfter: 200_000 }];
    expect(await fetched()).toEqual({ pieces: 3, isRight: true });
    const starts = server.requests.map(({ range = '' }) => Number(/\d+/.exec(range)?.[0] ?? 0));
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
    expect(starts.at(-1)).toBeLessThanOrEqual(500_000);
  });

  it('goes on where an earlier run ended', async () => {
    server.mischief = [{ cutAfter: 300_000 }, { status: 503 }, { status: 503 }, { status: 503 }];
    await expect(fetched()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect(existsSync(join(folder, 'whole'))).toBe(false);
    expect(await fetched()).toEqual({ pieces: 2, isRight: true });
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=\d{5,6}-$/);
  });

  it('needs no server for a part that lacks nothing', async () => {
    server.mischief = [{ cutAfter: 300_000 }, { status: 404 }];
    await expect(fetched()).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED' });
    writeFileSync(join(folder, 'parts/x'), ARCHIVE);
    expect(await fetched()).toEqual({ pieces: 1, isRight: true });
    expect(server.requests).toHaveLength(2);
  });

  it('starts again when the bytes are others by now', async () => {
    server.mischief = [{ cutAfter: 300_000 }, { status: 404 }];
    await expect(fetched()).rejects.toThrow();
    server.etag = '"other"';
    expect(await fetched()).toEqual({ pieces: 1, isRight: true });
  });

  it.each([
    ['has no name for its bytes', undefined],
    ['has a weak name for its bytes', 'W/"1"'],
  ])('starts again when the server %s', async (_what, etag) => {
    server.etag = etag;
    server.mischief = [{ cutAfter: 300_000 }];
    expect(await fetched()).toEqual({ pieces: 1, isRight: true });
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, undefined]);
  });

  it.each([
    ['ignores where to go on', [{ cutAfter: 300_000 }, { ignoreRange: true }] as const],
    ['goes on elsewhere', [{ cutAfter: 300_000 }, { continueAt: 7 }] as const],
    ['has no such range', [{ cutAfter: 300_000 }, { status: 416 }] as const],
    ['sends less than it said', [{ claimLength: ARCHIVE.length + 5 }] as const],
    ['is busy', [{ status: 503, headers: { 'retry-after': '0' } }] as const],
  ])('comes to the whole file when the server %s', async (_what, mischief) => {
    server.mischief = [...mischief];
    expect((await fetched()).isRight).toBe(true);
  });

  describe('from a server from which nothing comes any more', () => {
    beforeEach(() => (network = { ...network, patience: { ...network.patience, stallMs: 150 } }));

    it.each([
      ['after a while', { stallAfter: 300_000 }],
      ['at all', { silent: true as const }],
    ])('%s', async (_when, mischief) => {
      network = { ...network, patience: { ...network.patience, attempts: 20 } };
      server.mischief = [mischief];
      expect((await fetched()).isRight).toBe(true);
    });

    it('gives up in the end, and says why', async () => {
      server.mischief = Array.from({ length: 9 }, () => ({ stallAfter: 0 }));
      await expect(fetched()).rejects.toMatchObject({
        code: 'DOWNLOAD_FAILED',
        message: expect.stringContaining('nothing came'),
      });
      expect(server.requests).toHaveLength(3);
    });
  });

  it('does not give up as long as bytes come', async () => {
    network = { ...network, patience: { ...network.patience, attempts: 1, worthwhileBytes: 1000 } };
    server.mischief = [{ cutAfter: 300_000 }, { cutAfter: 300_000 }];
    expect((await fetched()).isRight).toBe(true);
  });

  it.each([401, 403, 404, 410])('does not ask again after %d', async (status) => {
    server.mischief = [{ status }];
    await expect(fetched()).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED' });
    expect(server.requests).toHaveLength(1);
  });

  it('stops at the size allowed, whatever the server says of it', async () => {
    await expect(fetched({ maxBytes: 1000 })).rejects.toMatchObject({ code: 'DOWNLOAD_TOO_LARGE' });
    server.mischief = [{ claimLength: 900 }];
    await fetched({ maxBytes: 1000 });
    expect(readFileSync(join(folder, 'whole'))).toHaveLength(900);
  });

  it('follows redirections', async () => {
    server.mischief = [{ redirect: '/b' }, { redirect: server.url('/c').href }];
    expect((await fetched()).isRight).toBe(true);
    expect(server.requests.map(({ path }) => path)).toEqual(['/ssd.tar.gz', '/b', '/c']);
  });

  it.each([
    ['in a circle', '/ssd.tar.gz', 'DOWNLOAD_REFUSED'],
    ['to plain HTTP', 'http://192.0.2.1/x', 'DOWNLOAD_NOT_SECURE'],
    ['to a file', 'file:///etc/passwd', 'DOWNLOAD_NOT_SECURE'],
    ['nowhere', 'http://', 'DOWNLOAD_REFUSED'],
  ])('does not follow a redirection %s', async (_where, redirect, code) => {
    server.mischief = Array.from({ length: 20 }, () => ({ redirect }));
    await expect(fetched()).rejects.toMatchObject({ code });
  });

  it('does not fetch over plain HTTP what it cannot check', async () => {
    await expect(fetched({ url: new URL('http://192.0.2.1/ssd.tar.gz') })).rejects.toMatchObject({
      code: 'DOWNLOAD_NOT_SECURE',
    });
  });

  it('says when nobody listens', async () => {
    const gone = await new ModelServer(ARCHIVE).start();
    const url = gone.url();
    await gone.stop();
    await expect(fetched({ url })).rejects.toThrow('ECONNREFUSED');
  });

  it('stops when it is told to', async () => {
    server.mischief = [{ silent: true }];
    network = { ...network, signal: AbortSignal.timeout(50) };
    await expect(fetched()).rejects.toThrow();
    expect(server.requests).toHaveLength(1);
  });

  describe('over TLS', () => {
    let secure: ModelServer;
    let proxy: Proxy;
    beforeEach(async () => {
      secure = await new ModelServer(ARCHIVE, true).start();
      proxy = await new Proxy().start();
    });
    afterEach(async () => {
      await secure.stop();
      await proxy.stop();
    });
    const trusting = { NODE_EXTRA_CA_CERTS: TEST_CERTIFICATE };

    it('trusts the bundle that the environment names, and no server otherwise', async () => {
      await expect(fetched({ url: secure.url() })).rejects.toMatchObject({ code: 'DOWNLOAD_CERTIFICATE' });
      network = { ...network, env: trusting };
      expect((await fetched({ url: secure.url() })).isRight).toBe(true);
      network = { ...network, env: { SSL_CERT_FILE: __filename } };
      await expect(fetched({ url: secure.url() })).rejects.toMatchObject({ code: 'CERTIFICATES_UNREADABLE' });
    });

    it('passes over a variable that names no file, as other tools do', async () => {
      const folder = { SSL_CERT_FILE: '/nowhere.pem', REQUESTS_CA_BUNDLE: __dirname };
      network = { ...network, env: { ...folder, ...trusting } };
      expect((await fetched({ url: secure.url() })).isRight).toBe(true);
    });

    it('does not follow a redirection from TLS to plain HTTP, unless the content is known', async () => {
      network = { ...network, env: { ...trusting, http_proxy: proxy.address() } };
      proxy.refuseWith = 403;
      const plain = 'http://192.0.2.1/x';
      secure.mischief = [{ redirect: plain }, { redirect: plain }];
      await expect(fetched({ url: secure.url() })).rejects.toMatchObject({ code: 'DOWNLOAD_NOT_SECURE' });
      expect(proxy.requests).toEqual([]);
      await expect(fetched({ url: secure.url(), plainAllowed: true })).rejects.toMatchObject({
        code: 'DOWNLOAD_REFUSED',
      });
      expect(proxy.requests).toEqual([`GET ${plain}`]);
    });

    describe('from another host', () => {
      const there = () => secure.url('/ssd.tar.gz', 'models.example');
      const plain = () => server.url('/ssd.tar.gz', 'models.example');

      it('goes through the proxy, and checks the certificate of the server behind it', async () => {
        network = { ...network, env: { ...trusting, HTTPS_PROXY: proxy.address('me:p%40ss@') } };
        expect((await fetched({ url: there() })).isRight).toBe(true);
        expect(proxy.requests).toEqual([
          `CONNECT ${there().host} Basic ${Buffer.from('me:p@ss').toString('base64')}`,
        ]);
        network = { ...network, env: { HTTPS_PROXY: proxy.address() } };
        await expect(fetched({ url: there() })).rejects.toMatchObject({ code: 'DOWNLOAD_CERTIFICATE' });
      });

      it('goes through the proxy to a server without TLS', async () => {
        network = { ...network, env: { http_proxy: proxy.address() } };
        expect((await fetched({ url: plain(), plainAllowed: true })).isRight).toBe(true);
        expect(proxy.requests).toEqual([`GET ${plain().href}`]);
      });

      it('goes through a proxy that is reached over TLS, by the certificate of the proxy', async () => {
        await proxy.stop();
        proxy = await new Proxy(true).start();
        network = { ...network, env: { ...trusting, all_proxy: proxy.address() } };
        const other = server.url('/ssd.tar.gz', 'other.example');
        expect((await fetched({ url: other, plainAllowed: true })).isRight).toBe(true);
        expect((await fetched({ url: there() })).isRight).toBe(true);
        expect(proxy.requests).toEqual([`GET ${other.href}`, `CONNECT ${there().host} anonymous`]);
      });

      it('says when the proxy refuses, or is none', async () => {
        network = { ...network, env: { HTTPS_PROXY: proxy.address() } };
        proxy.refuseWith = 407;
        await expect(fetched({ url: there() })).rejects.toThrow(/PROXY_REFUSED[^]*: HTTPS_PROXY=/);
        network = { ...network, env: { HTTPS_PROXY: proxy.address(), HTTP_PROXY: proxy.address() } };
        await expect(fetched({ url: plain(), plainAllowed: true })).rejects.toThrow(
          /PROXY_REFUSED[^]*: HTTP_PROXY=/,
        );
        proxy.refuseWith = 503;
        await expect(fetched({ url: there() })).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
        network = { ...network, env: { HTTPS_PROXY: 'socks5://localhost:1' } };
        await expect(fetched({ url: there() })).rejects.toMatchObject({ code: 'PROXY_UNSUPPORTED' });
      });
    });
  });
});

it.each([
  ['https://h/a/ssd%20v2.tar.gz?x=1', 'ssd v2.tar.gz'],
  ['https://h/', 'h'],
  ['https://h/100%', '100%'],
])('calls %s %s', (url, name) => expect(nameOf(new URL(url))).toBe(name));
