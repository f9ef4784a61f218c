import { dirname, join } from 'node:path';
import type { Command } from '../../engine/command';
import type { Variant } from '../../service/variant';
import { digestOf, hexOf } from '../../values/digest';

const NAME_DIGITS = 32;

/** A model that is made ready for running once, and kept beside the virtual environments. */
export interface PreparedModel {
  /** The model's folder. */
  readonly model: string;
  /** Where what was made of it is; the runtime looks whether it is of this very model. */
  readonly folder: string;
}

/** Where the prepared form of a model is kept in the cache folder, for what runs a variant. */
export function preparedModel(cache: string, variant: Variant, model: string): PreparedModel {
  const name = hexOf(digestOf(JSON.stringify([variant, model]))).slice(0, NAME_DIGITS);
  return { model, folder: join(cache, 'prepared', name) };
}

/** Prepares a model with the TensorFlow of one environment for another; both are named by their Python. */
export function prepareCommand(
  { model, folder }: PreparedModel,
  tensorflow: string,
  runner: string,
  cwd: string,
): Command {
  const environment = dirname(dirname(runner));
  return {
    file: tensorflow,
    args: [
      ...['-m', 'tfod_runtime', 'prepare'],
      ...['--model', model, '--output', folder, '--environment', environment],
    ],
    cwd,
  };
}
