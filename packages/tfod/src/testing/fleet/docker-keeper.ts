import { execFileSync } from 'node:child_process';
import type { Engine, EngineImage } from '../../engine/engine';
import { KEY_LABEL } from '../../images/labels';
import type { Keeper } from './keeper';

/** The images of a real engine whose names begin in one way, so that no others are touched. */
export class DockerKeeper implements Keeper {
  #images: readonly EngineImage[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly space: string,
    /** An image of others that is there. */
    private readonly stranger: string,
  ) {}

  async refresh(): Promise<void> {
    const all = await this.engine.imagesWithLabel(KEY_LABEL);
    this.#images = all.flatMap((image) => {
      const refs = image.refs.filter((ref) => ref.startsWith(this.space));
      return refs.length > 0 ? [{ ...image, refs }] : [];
    });
  }

  images(): readonly EngineImage[] {
    return this.#images;
  }

  async untag(ref: string): Promise<void> {
    await this.engine.untag(ref);
    await this.refresh();
  }

  async tag(image: string, ref: string): Promise<void> {
    await this.engine.tag(image, ref);
    await this.refresh();
  }

  async give(ref: string): Promise<void> {
    await this.tag(this.stranger, ref);
  }

  /** Removes every name of this run. */
  removeAll(): void {
    const listed = execFileSync('docker', ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'], {
      encoding: 'utf8',
    });
    const refs = listed.split('\n').filter((ref) => ref.startsWith(this.space));
    if (refs.length > 0) execFileSync('docker', ['image', 'rm', '--force', ...refs], { stdio: 'ignore' });
  }
}
