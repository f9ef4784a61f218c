import { TfodError, type Problem } from '../values/tfod-error';
import { flagValue, type Dockerfile, type Instruction, type Stage } from './dockerfile';
import { readInstruction } from './instruction';
import { LineFault, LogicalLines } from './logical-lines';

export type { ArgDefault, Dockerfile, Instruction, Stage } from './dockerfile';

/** Reads a Dockerfile; every syntax error is a problem DOCKERFILE_SYNTAX that names its line. */
export function parseDockerfile(text: string, path: string): Dockerfile {
  const faults: LineFault[] = [];
  const lines = attempt(faults, () => new LogicalLines(text));
  const instructions = lines === undefined ? [] : readAll(lines, faults);
  const firstFrom = instructions.findIndex(({ keyword }) => keyword === 'FROM');
  const globalArgs = firstFrom < 0 ? instructions : instructions.slice(0, firstFrom);
  // A FROM that could not be read would make everything below it look out of place.
  if (faults.length === 0) faults.push(...outOfPlace(globalArgs, firstFrom, lines?.line ?? 1));
  if (lines === undefined || faults.length > 0) throw new TfodError(problemsOf(faults, path));
  return {
    path,
    ...lines.directives,
    globalArgs: globalArgs.flatMap(({ pairs, line }) => pairs.map((pair) => ({ ...pair, line }))),
    stages: stagesOf(instructions.slice(firstFrom)),
  };
}

function readAll(lines: LogicalLines, faults: LineFault[]): readonly Instruction[] {
  const instructions: Instruction[] = [];
  for (let logical = lines.next(); logical !== undefined; logical = lines.next()) {
    const line = logical;
    const instruction = attempt(faults, () => readInstruction(line, lines));
    if (instruction !== undefined) instructions.push(instruction);
  }
  return instructions;
}

function outOfPlace(
  globalArgs: readonly Instruction[],
  firstFrom: number,
  lastLine: number,
): readonly LineFault[] {
  const early = globalArgs.filter(({ keyword }) => keyword !== 'ARG');
  const faults = early.map(({ keyword, line }) => new LineFault(`${keyword} before the first FROM`, line));
  return firstFrom < 0 ? [...faults, new LineFault('no FROM', Math.max(1, lastLine))] : faults;
}

function attempt<T>(faults: LineFault[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LineFault)) throw error;
    faults.push(error);
    return undefined;
  }
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const starts = instructions.flatMap(({ keyword }, index) => (keyword === 'FROM' ? [index] : []));
  return starts.map((start, index) =>
    stageOf(instructions[start] as Instruction, instructions.slice(start + 1, starts[index + 1]), index),
  );
}

function stageOf(from: Instruction, instructions: readonly Instruction[], index: number): Stage {
  const [base = '', , name] = from.words;
  const platform = flagValue(from, 'platform');
  return {
    index,
    base,
    ...(name !== undefined && { name: name.toLowerCase() }),
    ...(platform !== undefined && { platform }),
    from,
    instructions,
  };
}

function problemsOf(faults: readonly LineFault[], path: string): readonly Problem[] {
  return [...faults]
    .sort((a, b) => a.line - b.line)
    .map(({ message, line }) => ({
      code: 'DOCKERFILE_SYNTAX',
      what: 'The Dockerfile cannot be read',
      where: `${path}:${line}`,
      found: message,
      remedy: 'mend the line; https://docs.docker.com/reference/dockerfile has its form',
    }));
}
