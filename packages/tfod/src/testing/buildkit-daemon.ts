import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { docker } from './docker-build-bench';

const PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** A BuildKit daemon of its own with an empty cache: what a team has on another machine. */
export interface BuildkitDaemon {
  /** The name under which buildx knows it. */
  readonly builder: string;
  stop(): Promise<void>;
}

/** Starts one in a folder, and makes it a builder; `registry` is one on loopback, without TLS. */
export async function startBuildkitDaemon(folder: string, registry: string): Promise<BuildkitDaemon> {
  const { TFOD_TEST_BUILDKITD: program = '', TFOD_TEST_RUNC: runc = '', PATH = '' } = process.env;
  const socket = join(folder, 'daemon.sock');
  const config = join(folder, 'buildkitd.toml');
  const log = join(folder, 'log');
  writeFileSync(config, configText(folder, socket, registry));
  const output = openSync(log, 'w');
  const daemon = spawn(program, ['--config', config], {
    env: { ...process.env, PATH: [dirname(runc), PATH].join(delimiter) },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const deadline = performance.now() + PATIENCE_MS;
  while (!existsSync(socket)) {
    if (daemon.exitCode !== null || performance.now() > deadline) {
      daemon.kill();
      throw new Error(readFileSync(log, 'utf8'));
    }
    await sleep(POLL_MS);
  }
  const end = async () => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = once(daemon, 'exit');
    daemon.kill();
    await ended;
  };
  const builder = `tfod-spec-${process.pid}`;
  try {
    docker('buildx', 'create', '--name', builder, '--driver', 'remote', `unix://${socket}`);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    builder,
    stop: async () => {
      try {
        execFileSync('docker', ['buildx', 'rm', builder], { stdio: 'pipe' });
      } finally {
        await end();
      }
    },
  };
}

function configText(folder: string, socket: string, registry: string): string {
  return [
    `root = "${join(folder, 'root')}"`,
    '[grpc]',
    `address = ["unix://${socket}"]`,
    '[worker.oci]',
    'enabled = true',
    '[worker.containerd]',
    'enabled = false',
    `[registry."${registry}"]`,
    'http = true',
    '',
  ].join('\n');
}
