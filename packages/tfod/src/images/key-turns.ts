import { join } from 'node:path';
import { isTaken, tryTurn, type Taken, type Turn } from '../files/turn';
import type { Image } from './image';
import type { Key } from './key';

/** An image to build, and for whom. */
export interface Wanted {
  readonly image: Image;
  readonly purpose: string;
}

/** Another process builds one of the images. */
export interface Busy extends Taken {
  readonly image: Image;
}

/**
 * The turns of one process at keys of one engine: while it has them, nobody else builds these images. They are
 * taken in the order of the keys, whoever takes them, and none is kept while another one is waited for: of several
 * processes that want some of the same images, the one with the last key that they share goes on.
 */
export class KeyTurns {
  readonly #turns = new Map<Key, Turn>();

  private constructor() {}

  /** All, or none and whom to wait for. */
  static async take(folder: string, wanted: readonly Wanted[]): Promise<KeyTurns | Busy> {
    const turns = new KeyTurns();
    const inOrder = [...wanted].sort((a, b) => (a.image.key < b.image.key ? -1 : 1));
    try {
      for (const { image, purpose } of inOrder) {
        const turn = await tryTurn(join(folder, image.key), purpose);
        if (isTaken(turn)) {
          await turns.end();
          return { ...turn, image };
        }
        turns.#turns.set(image.key, turn);
      }
      return turns;
    } catch (error) {
      await turns.end();
      throw error;
    }
  }

  cover(images: readonly Image[]): boolean {
    return images.every(({ key }) => this.#turns.has(key));
  }

  /** Lets others have what need not be built any more. */
  async keepOnly(images: readonly Image[]): Promise<void> {
    const keys = new Set(images.map(({ key }) => key));
    const others = [...this.#turns].filter(([key]) => !keys.has(key));
    for (const [key, turn] of others) await this.#endOne(key, turn);
  }

  async end(): Promise<void> {
    for (const [key, turn] of this.#turns) await this.#endOne(key, turn);
  }

  async #endOne(key: Key, turn: Turn): Promise<void> {
    await turn.end();
    this.#turns.delete(key);
  }
}
