/**
 * What one source of a COPY, an ADD or a bind mount asks of the folder it is taken from. Paths are POSIX and
 * relative to that folder; `.` is the folder itself.
 */
export interface SourcePattern {
  readonly path: string;
  /** `*`, `?`, `[…]` and `\` mean what Go's filepath.Match gives them; a bind mount takes its path literally. */
  readonly wildcard: boolean;
  /** Of a folder, only what this pattern matches in it: `COPY --parents folder/./pattern`. */
  readonly only?: string;
  /** Of a folder, nothing that these patterns match in it: `COPY --exclude=`. */
  readonly except?: readonly string[];
  /** Where it is written, `docker/tf.Dockerfile:12`, for the message when nothing matches. */
  readonly where: string;
}
