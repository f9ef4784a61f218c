import { posix } from 'node:path';
import { BadPattern } from '../files/filepath-match';
import type { SourcePattern } from '../values/source-pattern';
import type { Problem } from '../values/tfod-error';
import { copyPattern, mountPattern, remoteSource, writtenSources, type RemoteSource } from './copy-sources';
import { flagValue, placeOf, type Dockerfile, type Instruction, type Stage } from './dockerfile';
import { mountsOf, type Mount } from './mounts';
import { lex } from './shell-lexer';
import { ShellSyntax } from './shell-syntax';
import { copiedStage, isStageNumber, stageNamed } from './stages';

export interface SecretMount {
  readonly id: string;
  readonly required: boolean;
}

/** Gathers where the instructions of a Dockerfile take content from, one instruction after the other. */
export class InputCollector {
  private readonly externals = new Set<string>();
  private readonly bases = new Set<string>();
  private readonly context: SourcePattern[] = [];
  private readonly named = new Map<string, SourcePattern[]>();
  private readonly remote: RemoteSource[] = [];
  private readonly secrets = new Map<string, SecretMount>();
  private readonly problems: Problem[] = [];

  constructor(private readonly dockerfile: Dockerfile) {
    if (dockerfile.syntax !== undefined) this.externals.add(dockerfile.syntax);
  }

  /** What was collected; an external that only a FROM names has no sources. */
  inputs() {
    return {
      externals: [...this.externals].sort(),
      bases: this.bases,
      context: this.context,
      named: new Map([...this.named].filter(([, sources]) => sources.length > 0)),
      remote: this.remote,
      secrets: [...this.secrets.values()],
      problems: this.problems,
    };
  }

  /** Does what an instruction asks; a word in it that cannot be read is a problem at its line. */
  attempt<T>(instruction: Pick<Instruction, 'line'>, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ShellSyntax || error instanceof BadPattern)) throw error;
      this.problems.push(unreadableWord(error.message, placeOf(this.dockerfile, instruction)));
      return undefined;
    }
  }

  addBase(stage: Stage, globals: ReadonlyMap<string, string>): void {
    const base = this.expand(stage.base, globals, stage.from);
    if (base === '') return;
    this.addExternal(base);
    if (this.externals.has(base)) this.bases.add(base);
  }

  add(instruction: Instruction, stage: Stage, scope: ReadonlyMap<string, string>): void {
    if (instruction.keyword === 'RUN') this.addMounts(instruction, stage, scope);
    const isCopy = instruction.keyword === 'COPY' || instruction.keyword === 'ADD';
    if (isCopy) this.addCopy(instruction, stage, scope);
  }

  private addCopy(instruction: Instruction, stage: Stage, scope: ReadonlyMap<string, string>): void {
    const where = placeOf(this.dockerfile, instruction);
    const from = instruction.keyword === 'COPY' ? flagValue(instruction, 'from') : undefined;
    const place = this.placeFor(from, copiedStage, instruction, stage);
    for (const written of writtenSources(instruction)) {
      const source = this.expand(written, scope, instruction);
      const remote = remoteSource(source, instruction);
      if (remote !== undefined) this.addRemote(remote, instruction, scope);
      else place?.push(copyPattern(source, instruction, where));
    }
  }

  private addMounts(instruction: Instruction, stage: Stage, scope: ReadonlyMap<string, string>): void {
    const mounts = mountsOf(instruction, (value) => this.expand(value, scope, instruction));
    for (const mount of mounts) {
      if (mount.type === 'secret') this.addSecret(mount);
      else if (mount.from !== undefined || mount.type === 'bind') this.addMount(mount, instruction, stage);
    }
  }

  /** Replaces variables; what stands for nothing is a problem here, where it makes a source or an image. */
  private expand(text: string, scope: ReadonlyMap<string, string>, instruction: Instruction): string {
    const { text: expanded, unset } = lex(text, { env: scope, escape: this.dockerfile.escape });
    for (const name of unset)
      this.problems.push(unresolved(name, text, placeOf(this.dockerfile, instruction)));
    return expanded;
  }

  private addMount({ from, source, type }: Mount, instruction: Instruction, stage: Stage): void {
    const place = this.placeFor(from, stageNamed, instruction, stage);
    if (type === 'bind' || type === 'cache') {
      place?.push(mountPattern(source, placeOf(this.dockerfile, instruction)));
    }
  }

  private addSecret({ id, source, target, required }: Mount): void {
    const name = source || id || posix.basename(target);
    this.secrets.set(name, { id: name, required: required || this.secrets.get(name)?.required === true });
  }

  private addRemote(
    remote: RemoteSource,
    instruction: Instruction,
    scope: ReadonlyMap<string, string>,
  ): void {
    const { checksum } = remote;
    const fixed = checksum === undefined ? undefined : this.expand(checksum, scope, instruction);
    if (!fixed) this.problems.push(dynamicSource(remote.url, placeOf(this.dockerfile, instruction)));
    this.remote.push(fixed ? { ...remote, checksum: fixed } : { url: remote.url });
  }

  /** Where the sources after a from= are collected; undefined when they come out of a stage of this file. */
  private placeFor(
    from: string | undefined,
    find: (dockerfile: Dockerfile, name: string) => Stage | undefined,
    instruction: Instruction,
    stage: Stage,
  ): SourcePattern[] | undefined {
    if (from === undefined) return this.context;
    const where = placeOf(this.dockerfile, instruction);
    if (/\$./.test(from)) {
      this.problems.push(variableFrom(from, where));
      return undefined;
    }
    const source = find(this.dockerfile, from);
    if (source === undefined && !(find === copiedStage && isStageNumber(from))) return this.addExternal(from);
    if (source === undefined || source.index >= stage.index) this.problems.push(laterStage(from, where));
    return undefined;
  }

  private addExternal(name: string): SourcePattern[] | undefined {
    if (name === 'scratch') return undefined;
    this.externals.add(name);
    const place = this.named.get(name) ?? [];
    this.named.set(name, place);
    return place;
  }
}

function unreadableWord(fault: string, where: string): Problem {
  return {
    code: 'DOCKERFILE_SYNTAX',
    what: 'A word of the Dockerfile cannot be read',
    where,
    found: fault,
    remedy:
      'mend the word; https://docs.docker.com/reference/dockerfile/#environment-replacement has its form',
  };
}

function unresolved(name: string, text: string, where: string): Problem {
  return {
    code: 'DOCKERFILE_UNRESOLVED_ARG',
    what: `The variable ${name} has no value before the build, so what it names cannot be known`,
    where,
    expected: `ARG ${name} or ENV ${name} above, with a default or a build argument`,
    found: text,
    remedy: `declare it with a default, ARG ${name}=…, or write the value out`,
  };
}

function dynamicSource(url: string, where: string): Problem {
  return {
    code: 'DOCKERFILE_DYNAMIC_SOURCE',
    what: 'An ADD fetches what may be something else tomorrow',
    where,
    expected: 'ADD --checksum=sha256:… for a file, a commit for a git repository',
    found: url,
    remedy: 'add the checksum, or keep the file in the project and COPY it',
  };
}

function variableFrom(from: string, where: string): Problem {
  return {
    code: 'DOCKERFILE_UNRESOLVED_ARG',
    what: 'Docker replaces no variables after from=',
    where,
    expected: 'the name of a stage, an image or a project',
    found: from,
    remedy: `write FROM ${from} AS name at the top of the file and take from that name`,
  };
}

function laterStage(from: string, where: string): Problem {
  return {
    code: 'DOCKERFILE_STAGE_ORDER',
    what: `There is no stage ${from} above where it is taken from`,
    where,
    expected: 'a stage further up',
    found: `from=${from}`,
    remedy: 'move the stage up, or correct its name',
  };
}
