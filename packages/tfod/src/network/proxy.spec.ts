import { proxyFor } from './proxy';

describe('proxyFor', () => {
  it.each([
    ['https://h/x', {}, undefined],
    ['https://h/x', { HTTPS_PROXY: '' }, undefined],
    ['https://h/x', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['https://h/x', { HTTPS_PROXY: 'p:1' }, 'http://p:1/'],
    ['https://h/x', { HTTPS_PROXY: 'http://upper', https_proxy: 'http://lower' }, 'http://lower/'],
    ['https://h/x', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['http://h/x', { HTTP_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['https://h/x', { ALL_PROXY: 'https://p:1' }, 'https://p:1/'],
  ])('%s with %j', (url, env, expected) => expect(proxyFor(new URL(url), env)?.href).toBe(expected));

  it.each([
    ['*', true],
    ['example.com', true],
    ['.example.com', true],
    ['*.example.com', true],
    ['models.example.com', true],
    ['MODELS.EXAMPLE.COM', true],
    ['other.com, example.com', true],
    ['example.com:443', true],
    ['example.com:8443', false],
    ['ample.com', false],
    ['example', false],
    ['.', false],
    ['', false],
  ])('NO_PROXY=%s is direct: %s', (noProxy, direct) => {
    const env = { HTTPS_PROXY: 'http://p:1', NO_PROXY: noProxy };
    expect(proxyFor(new URL('https://models.example.com/x'), env) === undefined).toBe(direct);
  });

  it.each([
    ['http://[fd00::1]:8080/x', 'fd00::1', true],
    ['http://[fd00::1]:8080/x', 'fd00:0:0:0:0:0:0:1', true],
    ['http://[fd00::1]:8080/x', '[fd00::1]:8080', true],
    ['http://[fd00::1]:8080/x', '[fd00::1]:8081', false],
    ['http://[fd00::1]/x', 'fd00::/8', true],
    ['http://[fe80::1]/x', 'fd00::/8', false],
    ['http://[fd00::1]/x', '10.0.0.0/8', false],
    ['http://10.0.0.1/x', '10.0.0.1', true],
    ['http://10.1.2.3:5000/x', '192.168.0.0/16, 10.0.0.0/8', true],
    ['http://10.1.2.3/x', '0.0.0.0/0', true],
    ['http://11.1.2.3/x', '10.0.0.0/8', false],
    ['http://10.1.2.3/x', 'fd00::/8', false],
    ['http://10.1.2.3/x', '10.0.0.0/33', false],
    ['http://10.1.2.3/x', '10.0.0.0/', false],
    ['http://models.example.com/x', '10.0.0.0/8', false],
  ])('%s with NO_PROXY=%s is direct: %s', (url, noProxy, direct) => {
    expect(proxyFor(new URL(url), { http_proxy: 'http://p', no_proxy: noProxy }) === undefined).toBe(direct);
  });

  it('goes by NO_PROXY where no_proxy is empty', () => {
    const env = { HTTPS_PROXY: 'http://p:1', no_proxy: '', NO_PROXY: 'h' };
    expect(proxyFor(new URL('https://h/'), env)).toBeUndefined();
  });

  it.each(['localhost:5000', '127.0.0.1:5000', '127.1.2.3', '[::1]:5000'])(
    'is none for this machine: %s',
    (host) => {
      expect(proxyFor(new URL(`http://${host}/`), { http_proxy: 'http://p:1' })).toBeUndefined();
      expect(proxyFor(new URL(`https://${host}/`), { all_proxy: 'socks5://p:1' })).toBeUndefined();
    },
  );

  it.each(['socks5://p:1', 'http://', 'ftp://p'])('refuses %s', (proxy) => {
    expect(() => proxyFor(new URL('https://h/'), { HTTPS_PROXY: proxy })).toThrow(
      expect.objectContaining({ code: 'PROXY_UNSUPPORTED' }),
    );
  });
});
