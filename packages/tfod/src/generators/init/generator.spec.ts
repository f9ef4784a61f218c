import { readNxJson, updateNxJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import initGenerator from './generator';

describe('tfod:init', () => {
  let tree: Tree;
  beforeEach(() => (tree = createTreeWithEmptyWorkspace({ formatter: 'none' })));

  it('registers the plugin and leaves the rest of nx.json alone', async () => {
    updateNxJson(tree, { defaultBase: 'trunk', plugins: ['@acme/own'] });
    await initGenerator(tree);
    expect(readNxJson(tree)).toEqual({
      defaultBase: 'trunk',
      plugins: ['@acme/own', { plugin: 'tfod', options: {} }],
    });
  });

  it('makes an nx.json where there is none', async () => {
    tree.delete('nx.json');
    await initGenerator(tree);
    expect(readNxJson(tree)?.plugins).toEqual([{ plugin: 'tfod', options: {} }]);
  });

  it.each([['tfod'], [{ plugin: 'tfod', options: { infer: 'detect' } }]])(
    'leaves a registration as it is: %j',
    async (entry) => {
      updateNxJson(tree, { plugins: [entry] });
      await initGenerator(tree);
      expect(readNxJson(tree)?.plugins).toEqual([entry]);
    },
  );

  it('changes nothing the second time', async () => {
    await initGenerator(tree);
    const before = contents();
    await initGenerator(tree);
    expect(contents()).toEqual(before);
  });

  it.each([
    [undefined, 'dist\n__pycache__\n'],
    ['node_modules', 'node_modules\ndist\n__pycache__\n'],
    ['/dist\n', '/dist\n__pycache__\n'],
    ['dist/**\r\n__pycache__/\r\n', 'dist/**\r\n__pycache__/\r\n'],
    ['# dist\napps/x/dist\n', '# dist\napps/x/dist\ndist\n__pycache__\n'],
  ])('with a .gitignore of %j writes %j', async (before, after) => {
    tree.delete('.gitignore');
    if (before !== undefined) tree.write('.gitignore', before);
    await initGenerator(tree);
    expect(tree.read('.gitignore', 'utf-8')).toBe(after);
  });

  function contents() {
    return tree.listChanges().map(({ path, content }) => [path, content?.toString()]);
  }
});
