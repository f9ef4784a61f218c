/** What was promised to come did not. */
export class EndedEarly extends Error {}

/** Takes a stream of chunks of any size apart into pieces of the sizes asked for; holds one chunk at a time. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; throws EndedEarly. For pieces that are small. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.stream(length)) parts.push(part);
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }

  /** So many bytes, as they come; throws EndedEarly. */
  async *stream(length: number): AsyncGenerator<Buffer, void> {
    let missing = length;
    while (missing > 0) {
      if (!(await this.#fill())) throw new EndedEarly(`${missing} bytes are missing at the end`);
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      missing -= part.length;
      yield part;
    }
  }

  /** Whatever is left. */
  async *rest(): AsyncGenerator<Buffer, void> {
    while (await this.#fill()) {
      const part = this.#rest;
      this.#rest = Buffer.alloc(0);
      yield part;
    }
  }

  /** Whether nothing is left. */
  async isAtEnd(): Promise<boolean> {
    return !(await this.#fill());
  }

  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done) return false;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    return true;
  }
}
