// @ts-check
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EngineFailure } from './failure.mjs';

/**
 * @typedef {readonly [string, ...string[]]} Argv
 * @typedef {{ code: number | null, stdout: string, stderr: string }} Outcome `code` is null when it could not run.
 */

const LAST_LINES = 15;

/**
 * Runs a command to its end and never throws for its exit code.
 *
 * @param {Argv} argv
 * @param {{ env: NodeJS.ProcessEnv, cwd?: string }} options
 * @returns {Promise<Outcome>}
 */
export function probe(argv, { env, cwd }) {
  const [program, ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', (error) => resolve({ code: null, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 128, stdout, stderr }));
  });
}

/**
 * Runs a command to its end.
 *
 * @param {Argv} argv
 * @param {{ env: NodeJS.ProcessEnv, cwd?: string, remedy: string }} options `remedy` is for the one who reads the failure.
 * @returns {Promise<string>} Its standard output.
 * @throws {EngineFailure} With the last lines it printed.
 */
export async function run(argv, { env, cwd, remedy }) {
  const { code, stdout, stderr } = await probe(argv, { env, ...(cwd ? { cwd } : {}) });
  if (code === 0) return stdout;
  throw new EngineFailure(`${argv[0]} failed${code === null ? ' to start' : ` with exit code ${code}`}`, {
    remedy,
    log: lastLines(`${stdout}\n${stderr}`),
  });
}

/**
 * Runs a long command with its output in a log file.
 *
 * @param {Argv} argv
 * @param {{ env: NodeJS.ProcessEnv, log: string, remedy: string }} options
 * @throws {EngineFailure} With the last lines of the log.
 */
export async function runLogged(argv, { env, log, remedy }) {
  const [program, ...args] = argv;
  const output = openLog(log, 'w');
  const code = await new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', output, output] });
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => closeSync(output));
  if (code !== 0) {
    throw new EngineFailure(`${program} failed, its log is ${log}`, {
      remedy,
      log: lastLines(readFileSync(log, 'utf8')),
    });
  }
}

/**
 * Sends the output of one command to another, as a shell's pipe does.
 *
 * @param {Argv} producer
 * @param {Argv} consumer
 * @param {{ env: NodeJS.ProcessEnv, remedy: string }} options
 * @returns {Promise<string>} The consumer's standard output.
 */
export async function runPiped([from, ...fromArgs], [to, ...toArgs], { env, remedy }) {
  const source = spawn(from, fromArgs, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const target = spawn(to, toArgs, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  target.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  for (const stream of [source.stderr, target.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (stderr += text));
  }
  const ends = Promise.all([source, target].map(exitCode));
  // A consumer that ends early breaks the pipe; its own exit code and message tell why.
  await pipeline(source.stdout, target.stdin).catch((error) => (stderr += `\n${error.message}`));
  const codes = await ends;
  if (codes.some((code) => code !== 0)) {
    throw new EngineFailure(`${from} | ${to} failed`, { remedy, log: lastLines(stderr) });
  }
  return stdout;
}

/** @param {import('node:child_process').ChildProcess} child */
function exitCode(child) {
  return new Promise((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
}

/**
 * Starts a process that outlives this one, its output in a log file.
 *
 * @param {Argv} argv
 * @param {{ env: NodeJS.ProcessEnv, log: string }} options
 * @returns {Promise<number>} Its pid.
 */
export async function startDetached(argv, { env, log }) {
  const [program, ...args] = argv;
  const output = openLog(log, 'a');
  try {
    const child = spawn(program, args, { env, cwd: '/', detached: true, stdio: ['ignore', output, output] });
    await new Promise((resolve, reject) => child.on('spawn', resolve).on('error', reject));
    child.unref();
    return /** @type {number} */ (child.pid);
  } finally {
    closeSync(output);
  }
}

/** @param {string} text */
export function lastLines(text) {
  return text.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}

/**
 * @param {string} path
 * @param {'a' | 'w'} mode
 */
function openLog(path, mode) {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, mode);
}
