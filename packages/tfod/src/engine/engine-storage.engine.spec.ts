import { existsSync } from 'node:fs';
import { describeWithEngine } from '../testing/with-engine';
import { dockerEngine } from './docker';

describeWithEngine('the storage of a real engine', () => {
  it('is a folder of this machine, if the engine runs on it, and its build cache has a size', async () => {
    const engine = dockerEngine();
    const folder = await engine.storage();
    if (folder !== undefined) expect(existsSync(folder)).toBe(true);
    const bytes = await engine.cachedBytes(await engine.openBuilder());
    expect(Number.isFinite(bytes)).toBe(true);
    expect(bytes).toBeGreaterThanOrEqual(0);
  });
});
