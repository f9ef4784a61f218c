import { containerName } from './container-name';

it('names two containers of one process apart', () => {
  const [one, two] = [containerName('infer', 'parking'), containerName('infer', 'parking')];
  expect(one).toMatch(new RegExp(`^tfod-infer-${process.pid}-parking-[0-9a-f]{12}$`));
  expect(two).not.toBe(one);
});
