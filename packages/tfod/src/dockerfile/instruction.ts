import { trimSpace } from '../values/white-space';
import type { Instruction } from './dockerfile';
import { heredocsIn } from './heredocs';
import { LineFault, type LogicalLine, type LogicalLines } from './logical-lines';
import { jsonStrings, pairOf, plainWords, quotedWords, takeFlags, type Pair } from './words';

const HAS_HEREDOCS = new Set(['ADD', 'COPY', 'RUN']);
const HAS_JSON = new Set(['ADD', 'CMD', 'COPY', 'ENTRYPOINT', 'RUN', 'SHELL', 'VOLUME']);
const HAS_PAIRS = new Set(['ARG', 'ENV', 'LABEL']);
const KEYWORDS = new Set([
  ...HAS_HEREDOCS,
  ...HAS_JSON,
  ...HAS_PAIRS,
  ...['EXPOSE', 'FROM', 'HEALTHCHECK', 'MAINTAINER', 'ONBUILD', 'STOPSIGNAL', 'USER', 'WORKDIR'],
]);
const NEVER_TRIGGERED = new Set(['ONBUILD', 'FROM', 'MAINTAINER']);

/** Reads one instruction, and the heredocs that it announces from the lines below. Throws LineFault. */
export function readInstruction(logical: LogicalLine, lines: LogicalLines): Instruction {
  const { escape } = lines.directives;
  const instruction = instructionOf(logical, escape);
  const effective = instruction.trigger ?? instruction;
  if (!HAS_HEREDOCS.has(effective.keyword) || effective.isJson) return instruction;
  const heredocs = heredocsIn(logical.text).map(({ name, ignoresTabs }) => {
    const content = lines.heredoc(name, ignoresTabs);
    if (content === undefined) throw new LineFault(`the heredoc ${name} does not end`, logical.line);
    return `\n${content}${name}`;
  });
  return { ...instruction, text: instruction.text + heredocs.join('') };
}

function instructionOf({ text, line }: LogicalLine, escape: string): Instruction {
  const [written = '', content = ''] = splitOnce(trimSpace(text));
  const keyword = written.toUpperCase();
  if (!KEYWORDS.has(keyword)) throw new LineFault(`unknown instruction ${written}`, line);
  const { flags, rest } = takeFlags(content, escape);
  const json = HAS_JSON.has(keyword) ? jsonStrings(rest) : undefined;
  if (json === 'not strings') throw new LineFault(`${keyword} with something else than strings in [ ]`, line);
  const instruction = {
    keyword,
    text: `${keyword} ${content}`,
    line,
    flags,
    words: json ?? plainWords(rest),
    isJson: json !== undefined,
    pairs: pairsOf(keyword, rest, escape, line),
    ...(keyword === 'ONBUILD' && { trigger: triggerOf(rest, escape, line) }),
  };
  checkWords(instruction);
  return instruction;
}

function triggerOf(text: string, escape: string, line: number): Instruction {
  if (text === '') throw new LineFault('ONBUILD without an instruction', line);
  const trigger = instructionOf({ text, line }, escape);
  if (NEVER_TRIGGERED.has(trigger.keyword)) {
    throw new LineFault(`ONBUILD with ${trigger.keyword}, which nothing may trigger`, line);
  }
  return trigger;
}

function pairsOf(keyword: string, rest: string, escape: string, line: number): readonly Pair[] {
  if (!HAS_PAIRS.has(keyword)) return [];
  const words = quotedWords(rest, escape);
  const [first] = words;
  if (first === undefined) throw new LineFault(`${keyword} without a name`, line);
  const pairs = keyword !== 'ARG' && !first.includes('=') ? [oldFormPair(rest)] : words.map(pairOf);
  for (const { name, value } of pairs) {
    if (name === '') throw new LineFault(`${keyword} without a name before =`, line);
    if (keyword !== 'ARG' && value === undefined) {
      throw new LineFault(`${keyword} ${name} without a value`, line);
    }
  }
  return pairs;
}

/** `NAME all the rest`. */
function oldFormPair(rest: string): Pair {
  const [name = '', value] = splitOnce(rest);
  return value === undefined ? { name } : { name, value };
}

function checkWords({ keyword, words, line }: Instruction): void {
  if ((keyword === 'COPY' || keyword === 'ADD') && words.length < 2) {
    throw new LineFault(`${keyword} without a source or without a destination`, line);
  }
  if (keyword !== 'FROM') return;
  const [base, as, name] = words;
  const isNamed = words.length === 3 && as?.toLowerCase() === 'as';
  if (base === undefined || (words.length !== 1 && !isNamed)) {
    throw new LineFault('FROM with something else than an image and AS name', line);
  }
  if (isNamed && !/^[a-z][a-z0-9_.-]*$/i.test(name ?? '')) {
    throw new LineFault(`the stage name ${name}, which does not begin with a letter or holds a symbol`, line);
  }
}

function splitOnce(text: string): readonly string[] {
  const space = /[\t\v\f\r ]+/.exec(text);
  if (space === null) return [text];
  return [text.slice(0, space.index), text.slice(space.index + space[0].length)];
}
