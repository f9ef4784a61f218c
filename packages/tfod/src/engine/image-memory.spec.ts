import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from '../testing/a-folder';
import type { Command } from './command';
import { dockerEngine } from './docker';
import { imageMemory } from './image-memory';
import type { RunCommand } from './run-command';

const LABEL = 'dev.tfod.key';

/** Names by id, as `docker image ls` has them. */
type Listed = Readonly<Record<string, readonly string[]>>;

function dockerWith(listed: Listed, asked: Command[]): RunCommand {
  const answer = ({ args }: Command): string => {
    if (args.includes('ls')) {
      return Object.entries(listed)
        .flatMap(([id, refs]) => (refs.length > 0 ? refs : ['<none>:<none>']).map((ref) => `${id} ${ref}`))
        .join('\n');
    }
    return args
      .filter((each) => each in listed)
      .map((id) =>
        JSON.stringify({
          Id: id,
          RepoTags: listed[id],
          Config: { Labels: { [LABEL]: `key of ${id}` } },
          Os: 'linux',
          Architecture: 'amd64',
          Size: 7,
        }),
      )
      .join('\n');
  };
  return async (command) => {
    asked.push(command);
    return { code: 0, signal: null, stdout: answer(command), stderr: '', seconds: 0 };
  };
}

describe('what the engine told of images', () => {
  const folder = aFolder();
  const file = join(folder, 'engine-images.json');

  async function look(listed: Listed) {
    const asked: Command[] = [];
    const engine = dockerEngine(dockerWith(listed, asked), imageMemory({ TFOD_CACHE_DIR: folder }));
    const images = await engine.imagesWithLabel(LABEL);
    return {
      images: images.map(({ id, refs, labels, platform, bytes }) =>
        [id, ...refs, labels[LABEL], platform, bytes].join(' '),
      ),
      inspected: asked.filter(({ args }) => args.includes('inspect')).map(({ args }) => args.slice(4)),
    };
  }

  it('is asked for once, and the names every time', async () => {
    const first = await look({ 'sha256:a': ['parking:k-a', 'parking:cpu'], 'sha256:b': [] });
    expect(first).toEqual({
      images: [
        'sha256:a parking:k-a parking:cpu key of sha256:a linux/amd64 7',
        'sha256:b key of sha256:b linux/amd64 7',
      ],
      inspected: [['sha256:a', 'sha256:b']],
    });
    const renamed = await look({ 'sha256:a': ['parking:k-a'], 'sha256:b': ['gate:cpu'] });
    expect(renamed.images.map((each) => each.split(' key ')[0])).toEqual([
      'sha256:a parking:k-a',
      'sha256:b gate:cpu',
    ]);
    expect(renamed.inspected).toEqual([]);
  });

  it('is forgotten with the image, and asked for of a new one', async () => {
    await look({ 'sha256:a': ['parking:k-a'] });
    const next = await look({ 'sha256:c': ['parking:k-c'] });
    expect(next.images).toEqual(['sha256:c parking:k-c key of sha256:c linux/amd64 7']);
    expect(next.inspected).toEqual([['sha256:c']]);
    expect(readFileSync(file, 'utf8')).not.toContain('sha256:a');
  });

  it.each([
    '',
    '{}',
    '[{}]',
    '[null]',
    '[{"id":"sha256:a","bytes":1,"labels":{"x":2},"platform":"linux/amd64"}]',
  ])('is asked for again when the file holds %s', async (text) => {
    writeFileSync(file, text);
    const { images, inspected } = await look({ 'sha256:a': ['parking:k-a'] });
    expect(images).toEqual(['sha256:a parking:k-a key of sha256:a linux/amd64 7']);
    expect(inspected).toEqual([['sha256:a']]);
  });
});
