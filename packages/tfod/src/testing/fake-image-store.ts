import type { Container, ImageStore } from '../engine/image-store';
import type { FakeEngine } from './fake-engine';

/** What is in a fake engine, with layers as the chain of an image has them: one for each image below it. */
export class FakeImageStore implements ImageStore {
  readonly running: Container[] = [];
  /** Refs that the engine does not let go. */
  readonly stuck = new Set<string>();
  /** Called before a name is removed. */
  beforeRemoval: (ref: string) => void | Promise<void> = () => undefined;

  constructor(
    private readonly fake: FakeEngine,
    private readonly touchedMs = 0,
  ) {}

  async images(label: string) {
    const images = await this.fake.engine.imagesWithLabel(label);
    return images.map((image) => ({ ...image, touchedMs: this.touchedMs, layers: [image.id] }));
  }

  async containers() {
    return this.running;
  }

  async remove(ref: string) {
    await this.beforeRemoval(ref);
    if (this.stuck.has(ref)) return `conflict: unable to remove ${ref}`;
    this.fake.untag(ref);
    return undefined;
  }
}
