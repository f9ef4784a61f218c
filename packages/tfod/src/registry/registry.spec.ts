import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, type RunCommand } from '../engine/run-command';
import { aFolder } from '../testing/a-folder';
import { Proxy } from '../testing/model-server';
import { DOCKER_IMAGE, OCI_INDEX, RegistryServer } from '../testing/registry-server';
import { digestOf } from '../values/digest';
import { parseRepository, parseTag, type Repository } from '../values/image-ref';
import { AMD64, ARM64 } from '../testing/image-facts';
import { imageContent, indexEntries, indexOf, type ImageContent } from './manifest';
import { registriesOf } from './registry';
import type { Access } from './authorization';

const PATH = 'vision/parking';
const TAG = parseTag('k-1');
const OTHER = parseTag('k-2');

describe('a registry', () => {
  let server: RegistryServer;
  let repository: Repository;
  let proxy: Proxy;
  beforeEach(async () => {
    server = await new RegistryServer().start();
    proxy = await new Proxy().start();
    repository = server.repository(PATH);
  });
  afterEach(() => Promise.all([server.stop(), proxy.stop()]));

  const patience = { answerMs: 4000, attempts: 3, firstPauseMs: 1 };
  const registries = (env: NodeJS.ProcessEnv = {}, run: RunCommand = runCommand, answerMs = 4000) =>
    registriesOf({ env: { HOME: aFolder(), ...env }, run, patience: { ...patience, answerMs } });
  const open = (env?: NodeJS.ProcessEnv, access: Access = 'pull') => registries(env).open(repository, access);

  async function contentOf(reference = TAG): Promise<ImageContent> {
    const manifest = await open().manifest(reference);
    const content = manifest && imageContent(manifest);
    if (!content) throw new Error(`no image at ${reference}`);
    return content;
  }

  it('tells what a tag names by one HEAD, and nothing where there is none', async () => {
    const digest = server.addImage(PATH, TAG);
    const size = server.manifest(PATH, TAG)?.bytes.length;
    expect(await open().head(TAG)).toEqual({ digest, mediaType: DOCKER_IMAGE, size });
    expect(await open().head(OTHER)).toBeUndefined();
    expect(server.requests).toEqual([TAG, OTHER].map((tag) => `HEAD /v2/${PATH}/manifests/${tag}`));
  });

  it('tells the media type without its parameters', async () => {
    const digest = server.addImage(PATH, TAG);
    const headers = {
      'docker-content-digest': digest,
      'content-type': `${DOCKER_IMAGE}; charset=utf-8`,
      'content-length': '5',
    };
    server.mischief = [{ on: /HEAD/, headers }];
    expect(await open().head(TAG)).toEqual({ digest, mediaType: DOCKER_IMAGE, size: 5 });
  });

  it('reads labels and platform of an image', async () => {
    server.addImage(PATH, TAG, { labels: { a: 'b' }, platform: 'linux/arm64' });
    const content = await contentOf();
    expect(content.bytes).toBe(5);
    expect(await open().config(content)).toEqual({ labels: { a: 'b' }, platform: 'linux/arm64' });
    server.remove(`${PATH}/blobs/${content.config.digest}`);
    expect(await open().config(content)).toBeUndefined();
  });

  it('puts the same bytes under another tag', async () => {
    const digest = server.addImage(PATH, TAG);
    const manifest = await open().manifest(digest);
    if (!manifest) throw new Error('no manifest');
    await open().put(OTHER, manifest);
    expect(await open().head(OTHER)).toMatchObject({ digest, mediaType: DOCKER_IMAGE });
  });

  describe('with two repositories', () => {
    const mount = async (env?: NodeJS.ProcessEnv, to = server.repository('vision/ml')) => {
      const { config } = await contentOf();
      return registries(env).open(to, 'push').mount(config.digest, repository);
    };
    const puts = async () => {
      const manifest = await open().manifest(TAG);
      if (!manifest) throw new Error('no manifest');
      return registries().open(server.repository('vision/ml'), 'push').put(TAG, manifest);
    };
    beforeEach(() => server.addImage(PATH, TAG));

    it('takes over what one has into the other', async () => {
      await expect(puts()).rejects.toThrow('MANIFEST_BLOB_UNKNOWN');
      const { config, layers } = await contentOf();
      for (const { digest } of [config, ...layers]) {
        const other = registries().open(server.repository('vision/ml'), 'push');
        expect(await other.mount(digest, repository)).toBe(true);
      }
      await puts();
      expect(server.manifest('vision/ml', TAG)).toEqual(server.manifest(PATH, TAG));
    });

    it('tells when the registry does not do that, and gives up what began instead', async () => {
      server.refusesMounts = true;
      expect(await mount()).toBe(false);
      expect(server.requests.slice(-3).map((each) => each.split(' ')[0])).toEqual(['POST', 'DELETE', 'HEAD']);
      server.addImage('vision/ml', TAG);
      expect(await mount()).toBe(true);
    });

    it('knows no way from one registry to another', async () => {
      const elsewhere = await new RegistryServer().start();
      expect(await mount({}, elsewhere.repository('vision/ml'))).toBe(false);
      expect(elsewhere.requests.every((each) => each.startsWith('HEAD'))).toBe(true);
      await elsewhere.stop();
    });

    it.each([{ auth: btoa('ann:open') }, { identitytoken: 'open' }])(
      'asks for the right to read the one and to write the other (%j)',
      async (known) => {
        server.login = { scheme: 'bearer', user: 'ann', password: 'open', anonymousPull: true };
        const content = { auths: { [server.host]: known } };
        const env = { DOCKER_CONFIG: aFolder({ 'config.json': JSON.stringify(content) }) };
        expect(await mount(env)).toBe(true);
        const scopes = new URLSearchParams(server.tokenRequests.at(-1)).getAll('scope').join(' ');
        expect(scopes).toBe(`repository:vision/ml:pull,push repository:${PATH}:pull`);
      },
    );
  });

  it('makes one index of several images, the same whatever their order', () => {
    const image = (text: string) => ({ mediaType: DOCKER_IMAGE, size: 1, digest: digestOf(text) });
    const [amd, arm] = [
      { ...image('a'), platform: AMD64 },
      { ...image('b'), platform: ARM64 },
    ];
    const index = indexOf([arm, amd]);
    expect(index).toEqual(indexOf([amd, arm]));
    expect(indexEntries(index)).toEqual([amd, arm]);
    const mixed = indexOf([amd, { ...arm, mediaType: 'application/vnd.oci.image.manifest.v1+json' }]);
    expect(mixed.mediaType).toBe(OCI_INDEX);
  });

  describe('that asks who it is', () => {
    const config = (content: object) => ({
      DOCKER_CONFIG: aFolder({ 'config.json': JSON.stringify(content) }),
    });
    const auths = (password = 'open') =>
      config({ auths: { [server.host]: { auth: btoa(`ann:${password}`) } } });
    beforeEach(() => {
      server.login = { scheme: 'bearer', user: 'ann', password: 'open' };
      server.addImage(PATH, TAG);
    });

    it('fetches one token for all requests to a repository', async () => {
      const opened = open(auths());
      await opened.head(TAG);
      await Promise.all([opened.head(TAG), opened.head(OTHER), opened.manifest(TAG)]);
      expect(server.tokenRequests).toEqual([
        'scope=repository%3Avision%2Fparking%3Apull&service=the+registry%2C+of+tests',
      ]);
      expect(server.requests).toHaveLength(5);
    });

    it('fetches another token when one has ended', async () => {
      const opened = open(auths());
      await opened.head(TAG);
      server.forgetTokens();
      expect(await opened.head(TAG)).toBeDefined();
      server.tokenSeconds = 1;
      server.forgetTokens();
      await opened.head(TAG);
      await opened.head(TAG);
      expect(server.tokenRequests).toHaveLength(4);
    });

    it('takes a password as it is where no tokens are wanted', async () => {
      server.login = { scheme: 'basic', user: 'ann', password: 'open' };
      expect(await open(auths()).head(TAG)).toBeDefined();
      expect(server.tokenRequests).toEqual([]);
    });

    it('pulls as nobody and pushes as somebody', async () => {
      server.login = { scheme: 'bearer', user: 'ann', password: 'open', anonymousPull: true };
      const opened = open(auths(), 'push');
      const manifest = await opened.manifest(TAG);
      if (!manifest) throw new Error('no manifest');
      expect(server.tokenRequests).toEqual([]);
      await opened.put(OTHER, manifest);
      await opened.checkPush();
      expect(server.tokenRequests).toEqual([expect.stringContaining('pull%2Cpush')]);
      expect(server.requests.at(-1)).toMatch(/^DELETE /);
    });

    it.each([
      ['wrong credentials', () => auths('wrong'), 'ask for the right'],
      ['none', () => ({}), 'docker login 127.0.0.1:'],
    ])('says what to do about %s', async (_, env, remedy) => {
      const asking = open(env()).head(TAG);
      await expect(asking).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
      await expect(asking).rejects.toThrow(remedy);
      await expect(asking).rejects.not.toThrow(/open|wrong/);
    });

    it.each(['basic', 'bearer'] as const)(
      'says before anything is sent that a push is denied (%s)',
      async (scheme) => {
        server.login = { scheme, user: 'ann', password: 'open', may: 'pull' };
        const opened = open(auths(), 'push');
        expect(await opened.head(TAG)).toBeDefined();
        await expect(opened.checkPush()).rejects.toThrow(
          /REGISTRY_DENIED[^]*DENIED requested access is denied/,
        );
      },
    );

    it('exchanges the token that a login gave', async () => {
      const env = config({ auths: { [server.host]: { identitytoken: 'open' } } });
      expect(await open(env).head(TAG)).toBeDefined();
      expect(server.tokenRequests[0]).toContain('grant_type=refresh_token');
    });

    describe('and credentials that a program keeps', () => {
      /** A helper that answers as those of Docker do, and keeps what it was asked. */
      function helper(name: string, script: string): NodeJS.ProcessEnv {
        const bin = aFolder({ [`docker-credential-${name}`]: `#!/bin/sh\n${script}\n` });
        chmodSync(join(bin, `docker-credential-${name}`), 0o755);
        return { PATH: `${bin}:${process.env['PATH']}` };
      }
      const answer = (user: string, secret: string) =>
        `read server; echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"${user}\\",\\"Secret\\":\\"${secret}\\"}"`;
      const asking = (content: object, env: NodeJS.ProcessEnv) =>
        registries({ ...config(content), ...env }, (command, options) =>
          runCommand(command, { ...options, env }),
        )
          .open(repository, 'pull')
          .head(TAG);

      it.each([
        ['a password', 'ann', 'open'],
        ['a token', '<token>', 'open'],
      ])('asks the helper of the registry, which gives %s', async (_, user, secret) => {
        const env = helper('mine', answer(user, secret));
        const found = await asking({ credHelpers: { [server.host]: 'mine' }, credsStore: 'other' }, env);
        expect(found).toBeDefined();
      });

      it('asks the store for all other registries', async () => {
        const env = helper(
          'store',
          `test "$(cat)" = ${server.host} || exit 1; echo | ${answer('ann', 'open')}`,
        );
        expect(await asking({ credsStore: 'store', credHelpers: { other: 'x' } }, env)).toBeDefined();
      });

      it('is nobody where the program knows nothing', async () => {
        server.login = { scheme: 'bearer', user: 'ann', password: 'open', anonymousPull: true };
        const env = helper('store', 'echo credentials not found in native keychain; exit 1');
        expect(await asking({ credsStore: 'store' }, env)).toBeDefined();
      });

      it.each([
        ['fails', 'echo the keyring is locked >&2; exit 1', 'the keyring is locked'],
        ['talks nonsense', 'echo hello', 'an answer without a secret'],
      ])('says so when it %s', async (_, script, found) => {
        await expect(asking({ credsStore: 'store' }, helper('store', script))).rejects.toThrow(
          new RegExp(`CREDENTIALS_UNREADABLE[^]*docker-credential-store get[^]*${found}`),
        );
      });

      it('says so when it is not there', async () => {
        const env = { PATH: process.env['PATH'] };
        await expect(asking({ credsStore: 'tfod-not-there' }, env)).rejects.toThrow(
          'there is no such program',
        );
      });
    });

    it('says so when the configuration of Docker cannot be read', async () => {
      const env = { DOCKER_CONFIG: aFolder({ 'config.json': '{' }) };
      await expect(open(env).head(TAG)).rejects.toThrow(/DOCKER_CONFIG_UNREADABLE[^]*config\.json/);
    });
  });

  describe('that misbehaves', () => {
    let elsewhere: RegistryServer;
    beforeEach(async () => {
      elsewhere = await new RegistryServer().start();
      server.addImage(PATH, TAG);
    });
    afterEach(() => elsewhere.stop());

    it('is asked again when it is busy, and when it cuts the connection', async () => {
      server.mischief = [{ status: 429, headers: { 'retry-after': '0' } }, { cut: true }];
      expect(await open().head(TAG)).toBeDefined();
      expect(server.requests).toHaveLength(3);
    });

    it('is given up when it stays busy', async () => {
      server.mischief = [{ status: 503 }, { status: 503 }, { status: 503 }];
      await expect(open().head(TAG)).rejects.toThrow(/REGISTRY_FAILED[^]*status 503/);
      expect(server.requests).toHaveLength(3);
    });

    it('is not waited for without end', async () => {
      server.mischief = [{ silent: true }];
      const asking = registries({}, runCommand, 50).open(repository, 'pull').head(TAG);
      await expect(asking).rejects.toThrow(/REGISTRY_UNREACHABLE[^]*no answer in 50 ms/);
    });

    it.each([
      ['another manifest than the one of the digest', /GET .*manifests/],
      ['another configuration than the manifest names', /GET .*blobs/],
    ])('is not believed when it gives %s', async (_, on) => {
      const digest = server.addImage(PATH, OTHER, { labels: { a: 'b' } });
      const content = await contentOf();
      server.mischief = [{ on, body: '{}' }];
      const asking = on.test('GET manifests') ? open().manifest(digest) : open().config(content);
      await expect(asking).rejects.toThrow('REGISTRY_ANSWER');
    });

    it.each([
      ['no digest in its answer to a HEAD', {}],
      ['a length of nothing', { 'docker-content-digest': digestOf('x'), 'content-type': DOCKER_IMAGE }],
    ])('is asked for the manifest when there is %s', async (_, headers) => {
      server.mischief = [{ on: /HEAD/, headers }];
      const { digest } = (await open().manifest(TAG)) ?? {};
      expect(await open().head(TAG)).toMatchObject({ digest, mediaType: DOCKER_IMAGE });
    });

    it('is not believed when its digest is none', async () => {
      const headers = {
        'docker-content-digest': 'md5:1',
        'content-type': DOCKER_IMAGE,
        'content-length': '5',
      };
      server.mischief = [{ on: /HEAD/, headers }];
      await expect(open().head(TAG)).rejects.toThrow(/REGISTRY_ANSWER[^]*md5:1/);
    });

    it('tells why it refuses', async () => {
      server.mischief = [{ status: 400, body: '{"errors":[{"code":"NAME_INVALID","message":"no"}]}' }];
      await expect(open().manifest(TAG)).rejects.toThrow(/REGISTRY_FAILED[^]*status 400: NAME_INVALID no/);
    });

    describe('by sending to another address', () => {
      const known = () => {
        const login = { auths: { [server.host]: { auth: btoa('ann:open') } } };
        return { DOCKER_CONFIG: aFolder({ 'config.json': JSON.stringify(login) }) };
      };
      const movedTo = (on: RegExp, location: string) => ({ on, status: 307, headers: { location } });
      beforeEach(() => (server.login = { scheme: 'basic', user: 'ann', password: 'open' }));

      it('has its blobs elsewhere, where credentials are not shown', async () => {
        const opened = open(known());
        const manifest = await opened.manifest(TAG);
        const content = manifest && imageContent(manifest);
        if (!content) throw new Error('no image');
        elsewhere.addImage('any', TAG);
        const blob = `http://${elsewhere.host}/v2/any/blobs/${content.config.digest}`;
        server.mischief = [movedTo(/blobs/, blob)];
        elsewhere.login = { scheme: 'basic', user: 'ann', password: 'other', anonymousPull: true };
        expect(await opened.config(content)).toBeDefined();
      });

      it('is shown them under its own, for a blob and for a HEAD', async () => {
        const digest = server.addImage('moved', TAG);
        const opened = open(known());
        const manifest = await opened.manifest(TAG);
        const content = manifest && imageContent(manifest);
        if (!content) throw new Error('no image');
        server.mischief = [movedTo(/blobs/, `/v2/moved/blobs/${content.config.digest}`)];
        expect(await opened.config(content)).toBeDefined();
        server.mischief = [movedTo(/HEAD/, `/v2/moved/manifests/${TAG}`)];
        expect(await opened.head(TAG)).toMatchObject({ digest });
      });
    });
  });

  it('that nobody serves is unreachable', async () => {
    const gone = await new RegistryServer().start();
    const there = gone.repository(PATH);
    await gone.stop();
    await expect(registries().open(there, 'pull').head(TAG)).rejects.toThrow(
      /REGISTRY_UNREACHABLE[^]*ECONNREFUSED/,
    );
  });

  it('is reached by TLS through the proxy of the machine, and directly where it is this machine', async () => {
    proxy.refuseWith = 403;
    const elsewhere = parseRepository('registry.example/vision/parking');
    const asking = registries({ HTTPS_PROXY: proxy.address() }).open(elsewhere, 'pull').head(TAG);
    await expect(asking).rejects.toThrow(/REGISTRY_UNREACHABLE[^]*answered 403[^]*NO_PROXY/);
    expect(proxy.requests).toEqual(['CONNECT registry.example:443 anonymous']);
    server.addImage(PATH, TAG);
    expect(await open({ HTTP_PROXY: proxy.address() }).head(TAG)).toBeDefined();
    expect(proxy.requests).toHaveLength(1);
  });
});
