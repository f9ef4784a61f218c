import type { Command } from '../../engine/command';

/** A server that can be started, and what is to be done for it. */
export interface Server {
  readonly command: Command;
  /** Puts away what a client that was killed leaves behind. */
  readonly clear?: Command;
}

/** What a dry run prints: comments and commands, in their order. */
export type ServerPlan = readonly string[];
