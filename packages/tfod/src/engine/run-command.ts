import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { Command } from './command';

export type OutputStream = 'stdout' | 'stderr';

export interface RunOptions {
  /** Hears each line as it comes, without its line break. */
  readonly onLine?: (line: string, stream: OutputStream) => void;
  /** Stops the program: SIGTERM, and SIGKILL when it has not ended after `graceMs`. */
  readonly signal?: AbortSignal;
  readonly graceMs?: number;
  /** Keep only the last lines of each stream, for programs that print without end. Default: all. */
  readonly tailLines?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** How a program ended. */
export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Lines joined by line breaks, the last one without. */
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** The signature of `runCommand`: what everything that needs a program asks for, and what a test stands in for. */
export type RunCommand = (command: Command, options?: RunOptions) => Promise<Ran>;

/** The program is not on this machine. */
export class CommandNotFoundError extends Error {
  constructor(readonly file: string) {
    super(`${file}: command not found`);
    this.name = 'CommandNotFoundError';
  }
}

/**
 * Runs a program to its end. A failing program is an answer, not an error: look at `code`. Rejects with
 * CommandNotFoundError, or with the reason of `options.signal` once the aborted program is gone.
 */
export const runCommand: RunCommand = async (command, options = {}) => {
  const started = performance.now();
  options.signal?.throwIfAborted();
  const child = spawn(command.file, [...command.args], {
    cwd: command.cwd,
    env: { ...(options.env ?? process.env), ...command.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = { stdout: [] as string[], stderr: [] as string[] };
  const ended = whenEnded(child, command.file);
  const releaseSignal = stopOnAbort(child, options);
  const read = Promise.all(
    (['stdout', 'stderr'] as const).map((stream) =>
      collect(child[stream], (line) => {
        output[stream].push(line);
        if (output[stream].length > (options.tailLines ?? Infinity)) output[stream].shift();
        options.onLine?.(line, stream);
      }),
    ),
  );
  feed(child.stdin, command.stdin);
  try {
    const [{ code, signal }] = await Promise.all([ended, read]);
    options.signal?.throwIfAborted();
    return {
      code,
      signal,
      stdout: output.stdout.join('\n'),
      stderr: output.stderr.join('\n'),
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    releaseSignal();
  }
};

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function whenEnded(
  child: Child,
  file: string,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new CommandNotFoundError(file) : error),
    );
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

async function collect(stream: Readable, onLine: (line: string) => void): Promise<void> {
  stream.setEncoding('utf8');
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) onLine(line);
}

/** A program that ends without reading its input breaks the pipe; its exit status tells what matters. */
function feed(stdin: Writable, text: string | undefined): void {
  stdin.on('error', () => undefined);
  stdin.end(text ?? '');
}

function stopOnAbort(child: Child, { signal, graceMs = 5000 }: RunOptions): () => void {
  if (!signal) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill('SIGTERM');
    timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  signal.addEventListener('abort', stop, { once: true });
  return () => {
    signal.removeEventListener('abort', stop);
    clearTimeout(timer);
  };
}
