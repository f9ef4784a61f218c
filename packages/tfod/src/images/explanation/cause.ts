/** One thing that decides an image's content and is not what it was. */
export type Cause = OwnCause | ParentCause;

export type OwnCause =
  /** Of how tfod makes images. */
  | { readonly input: 'schema'; readonly before: number; readonly after: number }
  | { readonly input: 'platform'; readonly before: string; readonly after: string }
  | DockerfileCause
  | { readonly input: 'argument'; readonly name: string; readonly before?: string; readonly after?: string }
  | FileCause
  /** The digest of an image from elsewhere. */
  | { readonly input: 'pin'; readonly ref: string; readonly before?: string; readonly after?: string };

export interface DockerfileCause {
  readonly input: 'dockerfile';
  /** Relative to the folder of the project. */
  readonly path: string;
  /** Where the instructions begin that were not there before. */
  readonly lines: readonly number[];
  /** How many instructions are there no more. */
  readonly removed: number;
}

export interface FileCause {
  readonly input: 'file';
  /** Relative to the folder of the project; one that ends with `/` stands for all in it. */
  readonly path: string;
  /** `left out`: it is on the disk, and the .dockerignore or the Dockerfile leaves it out now. */
  readonly change: 'added' | 'changed' | 'removed' | 'mode' | 'left out';
  /** The project whose file it is, when that is another one, or the runtime wheel. */
  readonly project?: string;
  /** What changed in a lock file. */
  readonly packages?: readonly PackageChange[];
}

export interface PackageChange {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
}

/** An image of ours that this one stands on or copies from is another one. */
export interface ParentCause {
  readonly input: 'parent';
  /** How the Dockerfile calls it. */
  readonly alias: string;
  /** What people call it: its role, or the service whose image it is. */
  readonly name: string;
  /** Why; undefined when nothing tells what the one before was made from. */
  readonly causes?: readonly Cause[];
}

/** What an image differs in from the nearest one that there is. */
export interface Explanation {
  /** Undefined when there is nothing like it. */
  readonly nearest?: Nearest;
  readonly causes: readonly Cause[];
}

export interface Nearest {
  readonly key: string;
  /** A name that it has in the engine; undefined when it is not there any more. */
  readonly ref?: string;
  readonly from: 'the last build here' | 'the engine' | 'the registry' | '--since';
}
