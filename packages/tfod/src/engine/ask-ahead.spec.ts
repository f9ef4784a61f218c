import { FakeEngine } from '../testing/fake-engine';
import { stubEngine } from '../testing/stub-engine';
import { askAhead } from './ask-ahead';

const LABEL = 'dev.tfod.key';
const image = (id: string) =>
  ({ id, refs: [], labels: { [LABEL]: id }, platform: 'linux/amd64', bytes: 1 }) as never;

describe('an engine that is asked ahead', () => {
  it('answers with what was there then, once, and afterwards with what is there', async () => {
    const fake = new FakeEngine();
    fake.add(image('a'));
    const engine = askAhead(fake.engine, LABEL);
    fake.add(image('b'));
    const looks = [await engine.imagesWithLabel(LABEL), await engine.imagesWithLabel(LABEL)];
    expect(looks.map((each) => each.map(({ id }) => id))).toEqual([['a'], ['a', 'b']]);
    expect(await engine.imagesWithLabel('another')).toEqual([]);
  });

  it('tells whoever asks that it does not answer, and nobody else', async () => {
    const down = async (): Promise<never> => {
      throw new Error('down');
    };
    const engine = askAhead(stubEngine({ open: down, imagesWithLabel: down }), LABEL);
    await new Promise(setImmediate);
    await expect(engine.open()).rejects.toThrow('down');
    await expect(engine.imagesWithLabel(LABEL)).rejects.toThrow('down');
  });
});
