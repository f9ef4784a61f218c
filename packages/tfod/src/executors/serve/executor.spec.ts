import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { runCommand, type RunCommand } from '../../engine/run-command';
import { TinyWorkspace } from '../../testing/tiny-service';
import { here } from '../infer/surroundings';
import serveReadyExecutor from '../serve-ready/executor';
import serveExecutor from './executor';
import type { ServeOptions } from './schema';

const print = (expression: string): string =>
  execFileSync('python3', ['-c', `import sys; print(${expression})`], { encoding: 'utf8' }).trim();
const MINOR = print('"%d.%d" % sys.version_info[:2]');
const PYTHON = print('sys.executable');

/** Stands where the runtime does: how it is started, watched and stopped is what matters here. */
const SERVE = `
import http.server, json, os, signal, sys
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
if os.environ.get("TFOD_SPEC") == "broken":
    print("MODEL_UNLOADABLE: the weights are gone", file=sys.stderr)
    sys.exit(2)
ready = os.environ.get("TFOD_SPEC") != "slow"
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if ready else 503)
        self.end_headers()
    def log_message(self, *args): pass
def stop(*_):
    print("finished what was accepted", flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
print("arguments", json.dumps(sys.argv[1:]), flush=True)
http.server.HTTPServer((options["--host"], int(options["--port"])), Handler).serve_forever()
`;

/** Stands in for venv and pip, which virtual-environment.spec.ts runs for real. */
const quickInstaller: RunCommand = async (command, options) => {
  const isVenv = command.args.includes('venv');
  if (!isVenv && !command.args.includes('pip')) return runCommand(command, options);
  if (isVenv) {
    const bin = join(command.args.at(-1) ?? '', 'bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(PYTHON, join(bin, 'python'));
  }
  return { code: 0, signal: null, stdout: '', stderr: '', seconds: 0 };
};

describe('serve in Python', () => {
  let workspace: TinyWorkspace;
  let port: number;
  let told: string[];

  beforeEach(async () => {
    workspace = new TinyWorkspace('');
    workspace.addService('parking');
    workspace.write('apps/parking/docker/base.Dockerfile', `FROM python:${MINOR}-slim\n`);
    workspace.write('apps/parking/src/parking/detect.py', SERVE);
    told = [];
    port = await freePort();
  });
  afterEach(() => workspace.dispose());

  it('says when it is ready, to people and to other tasks, and is stopped with success', async () => {
    let presence: unknown;
    let others: Promise<{ success: boolean }> | undefined;
    const served = serve({ port, minScore: 0.25, workers: 3 }, {}, (line) => {
      if (/^arguments/.test(line)) others = serveReadyExecutor({}, context(), () => undefined);
      if (!/is ready/.test(line)) return;
      presence = JSON.parse(workspace.read('dist/apps/parking/serve.json'));
      process.emit('SIGTERM', 'SIGTERM');
    });
    expect(await served).toBe(true);
    const url = `http://127.0.0.1:${port}`;
    expect(presence).toEqual({ state: 'ready', url, pid: process.pid });
    expect(told).toContain(`parking is ready: ${url}`);
    expect(told.join('\n')).toContain('["serve", "--min-score", "0.25", "--workers", "3", "--host"');
    expect(told.slice(-2)).toEqual(['finished what was accepted', 'stopped']);
    expect(existsSync(join(workspace.root, 'dist/apps/parking/serve.json'))).toBe(false);
    await others;
  });

  it('tells a task that waits of the server', async () => {
    const lines: string[] = [];
    const served = serve({ port }, {}, async (line) => {
      if (!/^arguments/.test(line)) return;
      const { success } = await serveReadyExecutor({ readySeconds: 30 }, context(), (text) =>
        lines.push(text),
      );
      lines.push(String(success));
      process.emit('SIGTERM', 'SIGTERM');
    });
    expect(await served).toBe(true);
    expect(lines).toEqual([`parking is ready: http://127.0.0.1:${port}`, 'true']);
  });

  it('says from the log why the server did not become ready', async () => {
    expect(await serve({ port }, { TFOD_SPEC: 'broken' })).toBe(false);
    expect(told.at(-1)).toMatch(/SERVE_NOT_READY[^]*ended with 2[^]*MODEL_UNLOADABLE: the weights are gone/);
  });

  it('does not wait for ever', async () => {
    expect(await serve({ port, readySeconds: 1 }, { TFOD_SPEC: 'slow' })).toBe(false);
    expect(told.at(-1)).toMatch(/SERVE_NOT_READY[^]*nothing within 1 s/);
    const lines: string[] = [];
    const { success } = await serveReadyExecutor({ readySeconds: 0.3 }, context(), (line) =>
      lines.push(line),
    );
    expect(success).toBe(false);
    expect(lines.join()).toMatch(/SERVE_NOT_READY[^]*none within 0.3 s/);
  });

  it('tells Nx of a failure by an exit code that it believes, where no task waits', async () => {
    const other = await listen(port);
    const exit = jest.fn();
    const graph = (continuousDependencies?: Record<string, string[]>) => ({
      ...{ ...context(), taskGraph: { roots: [], tasks: {}, dependencies: {} } },
      ...(continuousDependencies && {
        taskGraph: { roots: [], tasks: {}, dependencies: {}, continuousDependencies },
      }),
    });
    const waiting = { 'gate:e2e': ['parking:serve'], 'parking:serve': [] };
    for (const each of [graph(), graph(waiting), graph({ 'parking:serve': [] })]) {
      const around = { ...here(), print: jest.fn(), report: jest.fn() };
      await serveExecutor({ using: 'python', port }, each as never, around, exit);
    }
    other.close();
    expect(exit.mock.calls).toEqual([[130]]);
  });

  it('explains a port that is taken, with all else that is wrong, before anything starts', async () => {
    const other = await listen(port);
    workspace.remove('apps/parking/models/demo/saved_model/saved_model.pb');
    expect(await serve({ port })).toBe(false);
    other.close();
    expect(told.join('\n').match(/^[A-Z_]+(?=:)/gm)).toEqual(['MODEL_NO_SAVED_MODEL', 'PORT_TAKEN']);
    expect(told.join('\n')).toContain(`--port=${port + 1}`);
  });

  it('knows when an address is not of this machine', async () => {
    expect(await serve({ port, host: '192.0.2.1' })).toBe(false);
    expect(told.join('\n')).toMatch(/HOST_UNKNOWN[^]*192\.0\.2\.1/);
  });

  it('prints what it would run', async () => {
    expect(await serve({ port, dryRun: true })).toBe(true);
    expect(told[0]).toMatch(/-m venv /);
    expect(told.at(-1)).toContain(`-m parking.detect serve --host 127.0.0.1 --port ${port}`);
    expect(existsSync(workspace.cacheFolder)).toBe(false);
  });

  function context() {
    return {
      root: workspace.root,
      projectName: 'parking',
      projectsConfigurations: { version: 2, projects: { parking: { root: 'apps/parking' } } },
      isVerbose: false,
    };
  }

  async function serve(
    options: ServeOptions,
    env: Record<string, string> = {},
    onLine: (line: string) => unknown = () => undefined,
  ): Promise<boolean> {
    const hear = (line: string): void => {
      told.push(line);
      onLine(line);
    };
    const { success } = await serveExecutor({ using: 'python', ...options }, context(), {
      ...here(),
      env: { ...process.env, TFOD_CACHE_DIR: workspace.cacheFolder },
      run: (command, rest) => quickInstaller({ ...command, env: { ...command.env, ...env } }, rest),
      wheelFolder: workspace.wheelFolder,
      print: hear,
      report: hear,
    });
    return success;
  }
});

function listen(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

async function freePort(): Promise<number> {
  const server = await listen(0);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
