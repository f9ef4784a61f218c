import { execFileSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { TinyWorkspace } from '../../testing/tiny-service';
import { describeWithEngine } from '../../testing/with-engine';
import { here } from '../infer/surroundings';
import serveExecutor from './executor';
import type { ServeOptions } from './schema';

const SPACE = `tfod-serve-spec/${process.pid}`;

/** Stands where the runtime does; no TensorFlow is needed to be started, reached and stopped. */
const SERVE = `
import http.server, os, signal, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args): pass
def stop(*_):
    print("finished what was accepted", flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
if "--workers" in sys.argv:
    sys.exit("no such thing as workers")
http.server.HTTPServer(("0.0.0.0", int(os.environ["TFOD_PORT"])), Handler).serve_forever()
`;

describeWithEngine('serve in a container', () => {
  let workspace: TinyWorkspace;
  let port: number;
  let told: string[];

  beforeAll(async () => {
    workspace = new TinyWorkspace(SPACE);
    workspace.addService('parking', { image: `${SPACE}/parking` });
    workspace.write('apps/parking/docker/base.Dockerfile', 'FROM python:3.13-slim-trixie\n');
    workspace.write('apps/parking/src/parking/detect.py', SERVE);
    workspace.write(
      'apps/parking/Dockerfile',
      'FROM runtime\nCOPY src/ /app/\nENV PYTHONPATH=/app TFOD_PORT=9999\nUSER 10001:10001\nENTRYPOINT ["python", "-m", "parking.detect"]\n',
    );
    port = await freePort();
  });
  beforeEach(() => (told = []));
  afterAll(() => {
    workspace.dispose();
    const images = docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}').split('\n');
    docker('image', 'rm', '--force', ...images.filter((ref) => ref.startsWith(SPACE)));
  });

  it('is built, reached and stopped, and names itself to who wants its port', async () => {
    let second: Promise<boolean> | undefined;
    const served = serve({ port }, async (line) => {
      if (!/^parking is ready/.test(line)) return;
      expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
      second = serve({ port });
      await second;
      process.emit('SIGTERM', 'SIGTERM');
    });
    expect(await served).toBe(true);
    expect(await second).toBe(false);
    expect(told.join('\n')).toMatch(/PORT_TAKEN[^]*the container tfod-serve-\d+-parking-[0-9a-f]+/);
    expect(told).toContain('finished what was accepted');
    expect(docker('ps', '--all', '--format', '{{.Names}}')).not.toContain(`tfod-serve-${process.pid}`);
  });

  it('listens on a host by its name', async () => {
    const served = serve({ port, host: 'localhost' }, (line) => {
      if (/^parking is ready/.test(line)) process.emit('SIGTERM', 'SIGTERM');
    });
    expect(await served).toBe(true);
    expect(told).toContain(`parking is ready: http://127.0.0.1:${port}`);
  });

  it('says from the log of the container why it did not become ready', async () => {
    expect(await serve({ port, workers: 2 })).toBe(false);
    expect(told.at(-1)).toMatch(/SERVE_NOT_READY[^]*no such thing as workers/);
  });

  async function serve(
    options: ServeOptions,
    onLine: (line: string) => unknown = () => undefined,
  ): Promise<boolean> {
    const context = {
      root: workspace.root,
      projectName: 'parking',
      projectsConfigurations: { version: 2, projects: { parking: { root: 'apps/parking' } } },
      isVerbose: false,
    };
    const { success } = await serveExecutor(options, context, {
      ...here(),
      env: { ...process.env, TFOD_CACHE_DIR: workspace.cacheFolder, CI: '' },
      wheelFolder: workspace.wheelFolder,
      report: (line) => {
        told.push(line);
        onLine(line);
      },
    });
    return success;
  }

  function docker(...args: string[]): string {
    return execFileSync('docker', args, { encoding: 'utf8' });
  }
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
