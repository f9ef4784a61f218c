import type { IgnoreMatcher } from '../files/tree';

/** Reads a .dockerignore by moby's rules; a pattern Docker refuses is a TfodError DOCKERIGNORE_SYNTAX. */
export declare function parseIgnore(text: string): IgnoreMatcher;
/** The ignore file of a Dockerfile: `<dockerfile>.dockerignore` if it exists, else `.dockerignore`. */
export declare function ignoreFileFor(dockerfilePath: string, exists: (path: string) => boolean): string;
