import { parsePlatform } from '../values/platform';
import { TfodError } from '../values/tfod-error';
import type { BuildChoices } from './args';
import { argsOfLastStage } from './args';
import { parseDockerfile } from './parse';
import { canonicalText, entrypoint, sourcesOf } from './sources';

function read(...lines: readonly string[]) {
  return parseDockerfile(lines.join('\n'), 'Dockerfile');
}

function inputs(lines: readonly string[], choices: Partial<BuildChoices> = {}) {
  return sourcesOf(read(...lines), { buildArgs: {}, platform: parsePlatform('linux/amd64'), ...choices });
}

function contextPaths(lines: readonly string[], choices?: Partial<BuildChoices>) {
  const { context, problems } = inputs(lines, choices);
  expect(problems).toEqual([]);
  return context.map(({ path }) => path);
}

function problems(...lines: readonly string[]) {
  return inputs(lines).problems.map(({ code, where }) => `${code} ${where}`);
}

describe('sourcesOf', () => {
  it('finds every input of a service image', () => {
    const lines = [
      'FROM runtime',
      'ARG MODEL=demo',
      'COPY --link models/${MODEL}/ /models/${MODEL}/',
      'COPY --from=geometry src/ /app/geometry/',
      'RUN --mount=type=bind,from=tfod-runtime,target=/wheel \\',
      '    --mount=type=secret,id=pip,target=/etc/pip.conf \\',
      '    --mount=type=bind,source=requirements/tf.lock,target=/tf.lock \\',
      '    --mount=type=cache,target=/root/.cache pip install /wheel/*.whl',
      'COPY src/ /app/',
    ];
    expect(inputs(lines, { buildArgs: { MODEL: 'plates', OTHER: 'x' } })).toEqual({
      externals: ['geometry', 'runtime', 'tfod-runtime'],
      bases: new Set(['runtime']),
      context: [
        { path: 'models/plates', wildcard: true, where: 'Dockerfile:3' },
        { path: 'requirements/tf.lock', wildcard: false, where: 'Dockerfile:5' },
        { path: 'src', wildcard: true, where: 'Dockerfile:9' },
      ],
      named: new Map([
        ['geometry', [{ path: 'src', wildcard: true, where: 'Dockerfile:4' }]],
        ['tfod-runtime', [{ path: '.', wildcard: false, where: 'Dockerfile:5' }]],
      ]),
      remote: [],
      secrets: [{ id: 'pip', required: false }],
      args: { MODEL: 'plates' },
      problems: [],
    });
  });

  it('takes nothing from stages that the target does not need', () => {
    const lines = [
      'FROM base AS build',
      'COPY build /x',
      'FROM other AS unused',
      'COPY unused /x',
      'FROM scratch AS final',
      'COPY --from=BUILD /x /y',
      'COPY --from=0 /x /z',
      'COPY --from=scratch /x /z',
    ];
    expect(inputs(lines)).toMatchObject({ externals: ['base'], named: new Map() });
    expect(contextPaths(lines)).toEqual(['build']);
    expect(contextPaths(lines, { target: 'unused' })).toEqual(['unused']);
  });

  it('finds the stages that are taken from by number and in mounts', () => {
    const lines = ['FROM a', 'COPY one /', 'FROM b AS two', 'COPY two /', 'FROM c'];
    expect(contextPaths([...lines, 'COPY --from=0 / /'])).toEqual(['one']);
    expect(contextPaths([...lines, 'RUN --mount=from=two,target=/x y'])).toEqual(['two']);
    expect(problems(...lines, 'COPY --from=2 / /', 'COPY --from=7 / /')).toEqual([
      'DOCKERFILE_STAGE_ORDER Dockerfile:6',
      'DOCKERFILE_STAGE_ORDER Dockerfile:7',
    ]);
  });

  it('takes no argument for given that every object has', () => {
    expect(inputs(['FROM a', 'ARG constructor=x', 'ARG toString']).args).toEqual({ constructor: 'x' });
  });

  it('follows a FROM to the stage that an argument chooses', () => {
    const lines = [
      'ARG KIND=cpu',
      'FROM a AS cpu',
      'COPY cpu /',
      'FROM b AS gpu',
      'COPY gpu /',
      'FROM ${KIND}',
    ];
    expect(inputs(lines)).toMatchObject({ externals: ['a'], args: { KIND: 'cpu' } });
    expect(contextPaths(lines, { buildArgs: { KIND: 'gpu' } })).toEqual(['gpu']);
  });

  it('reads the names of stages in a FROM as Docker does: above it, and letter by letter', () => {
    expect(inputs(['FROM Final AS build', 'FROM Build', 'FROM build AS final']).externals).toEqual(['Final']);
    expect(inputs(['FROM a AS build', 'FROM Build']).externals).toEqual(['Build']);
  });

  it('gives variables the values they have at each instruction', () => {
    const lines = [
      'ARG GLOBAL=g',
      'ARG TWICE=${GLOBAL}${GLOBAL}',
      'FROM base AS one',
      'ARG GLOBAL',
      'ARG TWICE',
      'ENV A=a B="${A:-none} b"',
      'COPY $GLOBAL $TWICE ${A} ${B} ${UNKNOWN:-fallback} /x/',
      'ARG A=later',
      'ENV B=$A C=$B',
      'FROM one',
      'COPY $A ${C} ${GLOBAL} $TARGETARCH-less /y/',
      'ARG TARGETARCH',
      'COPY $TARGETARCH /z/',
    ];
    const { context, problems, args } = inputs(lines);
    expect(context.map(({ path }) => path)).toEqual([
      'g',
      'gg',
      'a',
      'none b',
      'fallback',
      'later',
      'none b',
      'g',
      '-less',
      'amd64',
    ]);
    expect(problems.map(({ code, where, what }) => [code, where, what.split(' ')[2]])).toEqual([
      ['DOCKERFILE_UNRESOLVED_ARG', 'Dockerfile:11', 'TARGETARCH'],
    ]);
    expect(args).toEqual({ A: 'later', GLOBAL: 'g', TWICE: 'gg' });
  });

  it('lets a build argument win over every default, and leaves out arguments without a value', () => {
    const lines = ['ARG A=1', 'FROM x:$A', 'ARG A', 'ARG B=$A', 'ARG C', 'COPY $A$B /x'];
    expect(inputs(lines, { buildArgs: { A: '2' } })).toMatchObject({
      externals: ['x:2'],
      args: { A: '2', B: '2' },
    });
    expect(inputs(lines).args).toEqual({ A: '1', B: '1' });
  });

  it('reads sources as paths below the root, with their patterns', () => {
    expect(contextPaths(['FROM a', 'COPY ./a/ ../b /c d/../e . /x/'])).toEqual(['a', 'b', 'c', 'e', '.']);
    expect(contextPaths(['FROM a', 'COPY ["f g", "h*", "/x/"]'])).toEqual(['f g', 'h*']);
    expect(
      inputs(['FROM a', 'COPY --parents --exclude=*.md --exclude=!a.md a/b/./c/*.py d/ /x/']).context,
    ).toEqual([
      { path: 'a/b', wildcard: true, only: 'c/*.py', except: ['*.md', '!a.md'], where: 'Dockerfile:2' },
      { path: '.', wildcard: true, only: 'd', except: ['*.md', '!a.md'], where: 'Dockerfile:2' },
    ]);
  });

  it('takes no file for a heredoc', () => {
    expect(contextPaths(['FROM a', 'COPY <<EOF b /x/', 'from', 'EOF'])).toEqual(['b']);
  });

  it('lets the triggers of a stage act in those that stand on it', () => {
    const lines = ['FROM a AS one', 'ONBUILD COPY triggered /x', 'FROM one AS two', 'FROM two'];
    expect(contextPaths(lines)).toEqual(['triggered']);
    expect(inputs(['FROM a AS one', 'ONBUILD COPY --from=tool x /x', 'FROM one']).externals).toEqual([
      'a',
      'tool',
    ]);
  });

  it('refuses a trigger that is left to other builds and takes something there', () => {
    expect(
      problems(
        '# syntax=docker/dockerfile:1',
        'FROM a',
        'ONBUILD COPY *.txt /x',
        'ONBUILD ADD --checksum=sha256:1 https://example.org/a /x',
        'ONBUILD RUN --mount=type=secret,id=pip pip install x',
        'ONBUILD COPY --from=tool x /x',
        'ONBUILD RUN echo',
        'ONBUILD USER nobody',
      ),
    ).toEqual([3, 4, 5, 6].map((line) => `DOCKERFILE_TRIGGER_LEFT Dockerfile:${line}`));
  });

  it('knows what a mount is for', () => {
    const lines = [
      'FROM a',
      'ARG DIR=src',
      'RUN --mount=target=/all --mount=source=$DIR,dst=/src,rw x',
      'RUN --mount=type=tmpfs,target=/t --mount=type=cache,target=/c --mount=type=ssh x',
      'RUN --mount=type=cache,from=seed,source=s,target=/c --mount="type=secret,\\"id=a,b\\"" x',
      'RUN --mount=type=secret,target=/run/named --mount=type=secret,id=must,required x',
      'RUN --mount=type=secret,id=may,required=false --mount=type=secret,id=must x',
    ];
    const { externals, named, secrets } = inputs(lines);
    expect(contextPaths(lines)).toEqual(['.', 'src']);
    expect(externals).toEqual(['a', 'seed']);
    expect([...named.keys()]).toEqual(['seed']);
    expect(secrets).toEqual([
      { id: 'a,b', required: false },
      { id: 'named', required: false },
      { id: 'must', required: true },
      { id: 'may', required: false },
    ]);
  });

  it('tells what ADD fetches from what it copies, and whether it can change', () => {
    const commit = 'a'.repeat(40);
    const lines = [
      'FROM a',
      'ARG SUM=sha256:1',
      'ADD local.tar.gz /x/',
      'ADD --checksum=$SUM https://example.org/a.bin /x',
      `ADD git@example.org:a/b.git#${commit}:docs /x`,
      `ADD https://example.org/a/b.git?ref=v1&commit=${commit} /x`,
      'ADD https://example.org/b.bin /x',
      'ADD https://example.org/a/b.git#main /x',
    ];
    const { remote, context } = inputs(lines);
    expect(context.map(({ path }) => path)).toEqual(['local.tar.gz']);
    expect(remote.map(({ checksum }) => checksum)).toEqual([
      'sha256:1',
      commit,
      commit,
      undefined,
      undefined,
    ]);
    expect(problems(...lines)).toEqual([
      'DOCKERFILE_DYNAMIC_SOURCE Dockerfile:7',
      'DOCKERFILE_DYNAMIC_SOURCE Dockerfile:8',
    ]);
  });

  it('counts the image of a # syntax= line', () => {
    expect(inputs(['# syntax=docker/dockerfile:1.7', 'FROM a']).externals).toEqual([
      'a',
      'docker/dockerfile:1.7',
    ]);
  });

  it('reports what cannot be known or built, all at once', () => {
    expect(
      problems(
        'FROM ${BASE} AS one',
        'COPY --from=$X a /b',
        'COPY --from=two a /b',
        'COPY ${A:-x /b',
        'COPY $B /b',
        'COPY a[ /b',
        'COPY --exclude=[ a /b',
        'FROM one AS two',
      ),
    ).toEqual([
      'DOCKERFILE_UNRESOLVED_ARG Dockerfile:1',
      'DOCKERFILE_UNRESOLVED_ARG Dockerfile:2',
      'DOCKERFILE_STAGE_ORDER Dockerfile:3',
      'DOCKERFILE_SYNTAX Dockerfile:4',
      'DOCKERFILE_UNRESOLVED_ARG Dockerfile:5',
      'DOCKERFILE_SYNTAX Dockerfile:6',
      'DOCKERFILE_SYNTAX Dockerfile:7',
    ]);
  });

  it('refuses a target that is not there and offers the nearest', () => {
    expect(() => inputs(['FROM a AS final', 'FROM b'], { target: 'finale' })).toThrow(
      expect.objectContaining({
        code: 'DOCKERFILE_TARGET_UNKNOWN',
        message: expect.stringMatching(/final\?/),
      }),
    );
    expect(() => inputs(['FROM a'], { target: 'x' })).toThrow(TfodError);
  });
});

describe('argsOfLastStage', () => {
  it('names the arguments that reach the build, with their defaults as written', () => {
    const dockerfile = read(
      ...[
        'ARG A=1',
        'ARG B=$A',
        'ARG UNUSED=3',
        'FROM x:$B AS x',
        'ARG C',
        'ARG D=${C}d',
        'FROM x AS y',
        'ARG E',
      ],
    );
    expect([...argsOfLastStage(dockerfile)]).toEqual([
      ['A', '1'],
      ['B', '$A'],
      ['C', undefined],
      ['D', '${C}d'],
      ['E', undefined],
    ]);
  });
});

describe('entrypoint', () => {
  it('is that of the image, if it has the JSON form', () => {
    expect(entrypoint(read('FROM a', 'ENTRYPOINT ["x"]', 'ENTRYPOINT ["python", "-m"]'))).toEqual([
      'python',
      '-m',
    ]);
    expect(entrypoint(read('FROM a AS one', 'ENTRYPOINT ["x"]', 'FROM one'))).toEqual(['x']);
    expect(entrypoint(read('FROM a', 'ENTRYPOINT python'))).toBeUndefined();
    expect(entrypoint(read('FROM a'))).toBeUndefined();
  });
});

describe('canonicalText', () => {
  const text = (...lines: readonly string[]) => canonicalText(read(...lines));

  it('does not see comments, blank lines, continuations and the case of keywords', () => {
    expect(text('# escape=\\', '', 'from a', '# x', 'run y \\', ' # z', '  w')).toBe(
      text('FROM a', 'RUN y   w'),
    );
  });

  it('sees everything in a heredoc, the order and the escape character', () => {
    expect(text('FROM a', 'RUN <<E', '# b', 'E')).not.toBe(text('FROM a', 'RUN <<E', 'E'));
    expect(text('FROM a', 'USER b', 'WORKDIR c')).not.toBe(text('FROM a', 'WORKDIR c', 'USER b'));
    expect(text('# escape=`', 'FROM a', 'COPY b\\ c')).not.toBe(text('FROM a', 'COPY b\\ c'));
  });

  it('holds the stages that the target needs and the global arguments they read', () => {
    const lines = ['ARG A=1', 'ARG B=2', 'FROM x:$B AS x', 'FROM y AS y', 'FROM x', 'COPY --from=y a b'];
    expect(text(...lines)).toBe('ARG B=2\nFROM x:$B AS x\nFROM y AS y\nFROM x\nCOPY --from=y a b\n');
    expect(canonicalText(read(...lines), 'x')).toBe('ARG B=2\nFROM x:$B AS x\n');
  });

  it('holds every stage that an argument may choose', () => {
    expect(text('ARG K=a', 'FROM i AS a', 'FROM j AS b', 'FROM $K')).toBe(
      'ARG K=a\nFROM i AS a\nFROM j AS b\nFROM $K\n',
    );
  });
});
