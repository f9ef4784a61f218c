import type { TfodError } from '../values/tfod-error';
import { parseDockerfile } from './parse';

function texts(dockerfile: string): readonly string[] {
  return parseDockerfile(dockerfile, 'Dockerfile').stages.flatMap(({ from, instructions }) =>
    [from, ...instructions].map(({ text }) => text),
  );
}

function faults(dockerfile: string): readonly string[] {
  try {
    parseDockerfile(dockerfile, 'docker/tf.Dockerfile');
    return [];
  } catch (error) {
    return (error as TfodError).problems.map(({ code, where, found }) => `${code} ${where} ${found}`);
  }
}

describe('parseDockerfile', () => {
  it('reads stages, global arguments and directives', () => {
    const dockerfile = parseDockerfile(
      [
        '# syntax=docker/dockerfile:1 ',
        '# a comment',
        'ARG PYTHON=3.13 DEBIAN',
        'FROM python:${PYTHON}-slim AS Build',
        'from --platform=linux/amd64 build',
        'ENTRYPOINT ["python", "-m", "a b"]',
      ].join('\n'),
      'Dockerfile',
    );
    expect(dockerfile).toMatchObject({
      path: 'Dockerfile',
      syntax: 'docker/dockerfile:1',
      escape: '\\',
      globalArgs: [
        { name: 'PYTHON', value: '3.13', line: 3 },
        { name: 'DEBIAN', line: 3 },
      ],
      stages: [
        { name: 'build', index: 0, base: 'python:${PYTHON}-slim', instructions: [] },
        {
          index: 1,
          base: 'build',
          platform: 'linux/amd64',
          instructions: [{ keyword: 'ENTRYPOINT', line: 6, isJson: true, words: ['python', '-m', 'a b'] }],
        },
      ],
    });
    expect(dockerfile.stages[1]).not.toHaveProperty('name');
  });

  it('joins continued lines, without the comments and empty lines between', () => {
    expect(texts('FROM a\nRUN one \\\n  # no\n\n  two \\  \n three\nRUN four\\\\\nCMD x')).toEqual([
      'FROM a',
      'RUN one   two  three',
      'RUN four\\\\',
      'CMD x',
    ]);
  });

  it('looks behind a #! line for the syntax and for no escape character', () => {
    const text = '#!/usr/bin/env x\n# escape=`\n# syntax=a/b:1\nFROM a\n';
    expect(parseDockerfile(text, 'Dockerfile')).toMatchObject({ escape: '\\', syntax: 'a/b:1' });
  });

  it('continues lines with the escape character of the directive alone', () => {
    expect(texts('# escape=`\nFROM a\nRUN dir C:\\\nRUN b `\n  c')).toEqual([
      'FROM a',
      'RUN dir C:\\',
      'RUN b   c',
    ]);
  });

  it.each(['<<EOF', '<< EOF', '3<<EOF', '<<"EOF"', '<<-EOF'])('keeps comments in a heredoc: %s', (start) => {
    const [, run, next] = texts(`FROM a\nRUN cat ${start} > /x\n# kept\n\n  EOF \nEOF\nCMD x`);
    expect(run).toBe(`RUN cat ${start} > /x\n# kept\n\n  EOF \nEOF`);
    expect(next).toBe('CMD x');
  });

  it('lets only <<- end at a line with tabs before the name', () => {
    expect(texts('FROM a\nRUN <<-EOF\n\tx\n\tEOF\nCMD y')).toEqual([
      'FROM a',
      'RUN <<-EOF\n\tx\nEOF',
      'CMD y',
    ]);
    expect(faults('FROM a\nRUN <<EOF\n\tEOF')).toHaveLength(1);
  });

  it.each([
    'RUN ["cat", "<<EOF"]',
    "RUN echo '<<EOF'",
    'RUN x<<EOF',
    'RUN echo $((1<<EOF))',
    'CMD cat <<EOF',
  ])('sees no heredoc in %s', (run) => {
    expect(texts(`FROM a\n${run}\n# comment\nUSER x`)).toEqual(['FROM a', run, 'USER x']);
  });

  it('reads several heredocs of one instruction, and that of a trigger', () => {
    expect(texts('FROM a\nCOPY <<A <<B /x/\n1\nA\n2\nB\nONBUILD RUN <<C\n3\nC')).toEqual([
      'FROM a',
      'COPY <<A <<B /x/\n1\nA\n2\nB',
      'ONBUILD RUN <<C\n3\nC',
    ]);
  });

  it('gives the same instructions for line ends of Windows and a byte order mark', () => {
    const unix = 'FROM a\nRUN b \\\n  c\nCOPY d e\n';
    expect(texts(`\ufeff${unix.replaceAll('\n', '\r\n')}`)).toEqual(texts(unix));
  });

  it('reads flags, words, the JSON form and pairs', () => {
    const [stage] = parseDockerfile(
      [
        'FROM a',
        'COPY --from=b --link "--chown=1 2" ["q r", "/x/"]',
        'ENV A="1 2" B=\\"',
        'ENV OLD all the rest',
        'ARG C D=',
      ].join('\n'),
      'Dockerfile',
    ).stages;
    expect(stage?.instructions).toMatchObject([
      {
        flags: [{ name: 'from', value: 'b' }, { name: 'link' }],
        words: ['"--chown=1', '2"', '["q', 'r",', '"/x/"]'],
        isJson: false,
      },
      {
        pairs: [
          { name: 'A', value: '"1 2"' },
          { name: 'B', value: '\\"' },
        ],
      },
      { pairs: [{ name: 'OLD', value: 'all the rest' }] },
      { pairs: [{ name: 'C' }, { name: 'D', value: '' }] },
    ]);
    const [json] = parseDockerfile('FROM a\nCOPY --link ["q r", "/x/"]', 'Dockerfile').stages;
    expect(json?.instructions[0]).toMatchObject({ words: ['q r', '/x/'], isJson: true });
  });

  it('reports every fault with its line', () => {
    expect(
      faults(
        'FROM a b\nFRO x\nCOPY a\nENV A\nENV A=1 B\nARG =1\nONBUILD FROM x\nRUN [1]\nFROM a AS 1\nRUN <<A',
      ),
    ).toEqual([
      'DOCKERFILE_SYNTAX docker/tf.Dockerfile:1 FROM with something else than an image and AS name',
      'DOCKERFILE_SYNTAX docker/tf.Dockerfile:2 unknown instruction FRO',
      'DOCKERFILE_SYNTAX docker/tf.Dockerfile:3 COPY without a source or without a destination',
      'DOCKERFILE_SYNTAX docker/tf.Dockerfile:4 ENV A without a value',
      'DOCKERFILE_SYNTAX docker/tf.Dockerfile:5 ENV B without a value',
      'DOCKERFILE_SYNTAX docker/tf.Dockerfile:6 ARG without a name before =',
      'DOCKERFILE_SYNTAX docker/tf.Dockerfile:7 ONBUILD with FROM, which nothing may trigger',
      'DOCKERFILE_SYNTAX docker/tf.Dockerfile:8 RUN with something else than strings in [ ]',
      'DOCKERFILE_SYNTAX docker/tf.Dockerfile:9 the stage name 1, which does not begin with a letter or holds a symbol',
      'DOCKERFILE_SYNTAX docker/tf.Dockerfile:10 the heredoc A does not end',
    ]);
  });

  it.each([
    ['', 'DOCKERFILE_SYNTAX docker/tf.Dockerfile:1 no FROM'],
    ['ARG A\n', 'DOCKERFILE_SYNTAX docker/tf.Dockerfile:1 no FROM'],
    ['RUN a\nFROM b', 'DOCKERFILE_SYNTAX docker/tf.Dockerfile:1 RUN before the first FROM'],
    [
      '# escape=x\nFROM a',
      'DOCKERFILE_SYNTAX docker/tf.Dockerfile:1 the escape character x, which is neither \\ nor `',
    ],
    ['# escape=`\n# escape=`\nFROM a', 'DOCKERFILE_SYNTAX docker/tf.Dockerfile:2 a second # escape= line'],
  ])('refuses %j', (text, fault) => {
    expect(faults(text)).toEqual([fault]);
  });
});
