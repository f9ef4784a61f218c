import { mountPictures, pictureList } from './picture-list';

const picture = (path: string, base: string) => ({ path, base, name: path.split('/').at(-1) ?? '' });

describe('mountPictures', () => {
  it('mounts the folders that were named, once each', () => {
    const { mounts, pictures } = mountPictures([
      picture('/shots/a/b/1.jpg', '/shots'),
      picture('/shots/a/2.jpg', '/shots/a'),
      picture('/shots-more/3.jpg', '/shots-more'),
    ]);
    expect(mounts).toEqual([
      { source: '/shots', target: '/tfod/pictures/0' },
      { source: '/shots-more', target: '/tfod/pictures/1' },
    ]);
    expect(pictures.map(({ path }) => path)).toEqual([
      '/tfod/pictures/0/a/b/1.jpg',
      '/tfod/pictures/0/a/2.jpg',
      '/tfod/pictures/1/3.jpg',
    ]);
  });

  it('mounts the folder that a link leads to', () => {
    const { mounts, pictures } = mountPictures([picture('/store/1.jpg', '/shots')]);
    expect(mounts).toEqual([{ source: '/store', target: '/tfod/pictures/0' }]);
    expect(pictures).toEqual([{ path: '/tfod/pictures/0/1.jpg', name: '1.jpg' }]);
  });

  it('copes with pictures at the top of the file system', () => {
    expect(mountPictures([picture('/1.jpg', '/')]).pictures[0]?.path).toBe('/tfod/pictures/0/1.jpg');
  });
});

it('writes one line for each picture, whatever its name holds', () => {
  expect(pictureList([picture('/a/"x"\n.jpg', '/a'), picture('/a/ü.jpg', '/a')])).toBe(
    '{"path":"/a/\\"x\\"\\n.jpg","name":"\\"x\\"\\n.jpg"}\n' + '{"path":"/a/ü.jpg","name":"ü.jpg"}\n',
  );
});
