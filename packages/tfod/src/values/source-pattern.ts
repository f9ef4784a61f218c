/**
 * What one source of a COPY, an ADD or a bind mount asks of the folder it is taken from. Paths are POSIX and
 * relative to that folder; `.` is the folder itself.
 */
export interface SourcePattern {
  readonly path: string;
  /** `*`, `?`, `[…]` and `\` mean what Go's filepath.Match gives them; a bind mount takes its path literally. */
  readonly wildcard: boolean;
  /** Where it is written, `docker/tf.Dockerfile:12`, for the message when nothing matches. */
  readonly where: string;
}
