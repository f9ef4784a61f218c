import { cacheDir } from '../../files/cache-dir';
import type { Digest } from '../../values/digest';
import { UNPACK_LIMITS, type UnpackLimits } from '../archive/unpack';
import { PATIENCE, type Network } from '../download/download';
import { ModelStore } from '../store/store';

/** A model that is in the store, and what came with it. */
export interface StoredModel {
  /** Of the tree of the SavedModel. */
  readonly savedModel: Digest;
  /** The SavedModel, absolute; not to be written to. */
  readonly folder: string;
  /** The archive that it came in. */
  readonly archive?: { readonly sha256: Digest; readonly bytes: number };
  /** The text of a label map that came with it. */
  readonly labels?: string;
  readonly licence?: string;
  /** The `adapter` of the model.json that came with it. */
  readonly adapter?: object;
  /** Sample pictures and their annotations that came with it. */
  readonly besides: readonly Beside[];
}

/** A file that goes beside the SavedModel: its path in the model folder, and where it is, absolute. */
export interface Beside {
  readonly path: string;
  readonly from: string;
}

/** The machine, as fetching models sees it. */
export interface ModelMachine {
  readonly store: ModelStore;
  readonly network: Network;
  readonly limits: UnpackLimits;
}

/** The process's own machine. Progress goes to the standard error, which is a person's. */
export function thisMachine(env: NodeJS.ProcessEnv = process.env): ModelMachine {
  const { stderr } = process;
  return {
    store: new ModelStore(cacheDir(env, process.platform)),
    network: {
      env,
      screen: {
        write: (text) => void stderr.write(text),
        isTty: stderr.isTTY === true && env['CI'] === undefined,
      },
      now: Date.now,
      patience: PATIENCE,
    },
    limits: UNPACK_LIMITS,
  };
}
