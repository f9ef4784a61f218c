import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, type RunCommand } from '../engine/run-command';
import { aFolder, type Content } from './a-folder';

/** How a fake program ends, and what it prints before. */
export interface FakeAnswer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
  /** Seconds to wait before. */
  readonly sleep?: number;
}

/** The words of a command line by which an answer is found; all of them must stand in it. */
export interface FakeProgram {
  readonly words: readonly string[];
  readonly answer: FakeAnswer;
}

/**
 * A machine made of fakes: programs that print what the real ones were seen to print, and nothing but those on the
 * PATH; a root folder with /proc and /dev. What runs them and reads their answers is the real code.
 */
export class FakeMachine {
  readonly root: string;
  readonly #bin: string;
  readonly #log: string;

  constructor(files: Readonly<Record<string, Content>> = {}) {
    const folder = aFolder({
      'bin/.keep': '',
      ...Object.fromEntries(Object.entries(files).map(([path, content]) => [`root/${path}`, content])),
    });
    this.root = join(folder, 'root');
    this.#bin = join(folder, 'bin');
    this.#log = join(folder, 'log');
  }

  /** Puts a program on the PATH; the first answer whose words all stand in the command line is given. */
  install(name: string, programs: readonly FakeProgram[]): void {
    const cases = programs.map(({ words, answer }, index) => this.#case(`${name}-${index}`, words, answer));
    const script = [
      '#!/bin/sh',
      `# A fake ${name}.`,
      `line=" $* "`,
      `echo "${name}$line" >> ${this.#log}`,
      ...cases,
      `echo "the fake ${name} has no answer to:$line" >&2`,
      'exit 99',
    ];
    writeFileSync(join(this.#bin, name), `${script.join('\n')}\n`, { mode: 0o755 });
  }

  uninstall(name: string): void {
    rmSync(join(this.#bin, name), { force: true });
  }

  /** Runs programs of this machine and of no other. */
  readonly run: RunCommand = (command, options) =>
    runCommand(command, { ...options, env: { PATH: this.#bin } });

  /** The command lines of all programs so far. */
  get log(): readonly string[] {
    if (!existsSync(this.#log)) return [];
    return readFileSync(this.#log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.trim());
  }

  #case(
    file: string,
    words: readonly string[],
    { stdout = '', stderr = '', code = 0, sleep }: FakeAnswer,
  ): string {
    const [out, err] = [join(this.#bin, `${file}.out`), join(this.#bin, `${file}.err`)];
    writeFileSync(out, stdout);
    writeFileSync(err, stderr);
    const tests = words.map((word) => `case "$line" in *" ${word}"*) ;; *) false ;; esac`);
    const wait = sleep === undefined ? '' : `/bin/sleep ${sleep}; `;
    return `if ${tests.join(' && ') || 'true'}; then ${wait}/bin/cat ${out}; /bin/cat ${err} >&2; exit ${code}; fi`;
  }
}
