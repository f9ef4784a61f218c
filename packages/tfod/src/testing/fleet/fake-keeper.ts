import type { EngineImage } from '../../engine/engine';
import type { FakeEngine } from '../fake-engine';
import { AMD64 } from '../image-facts';
import type { Keeper } from './keeper';

export class FakeKeeper implements Keeper {
  #strangers = 0;

  constructor(private readonly fake: FakeEngine) {}

  async refresh(): Promise<void> {
    // The fake tells what is there now, always.
  }

  images(): readonly EngineImage[] {
    return this.fake.images();
  }

  async untag(ref: string): Promise<void> {
    this.fake.untag(ref);
  }

  async tag(image: string, ref: string): Promise<void> {
    this.fake.tag(image, ref);
  }

  async give(ref: string, labels: Readonly<Record<string, string>>): Promise<void> {
    this.#strangers += 1;
    this.fake.add({
      id: `sha256:stranger-${this.#strangers}`,
      refs: [ref],
      labels,
      platform: AMD64,
      bytes: 1,
    });
  }
}
