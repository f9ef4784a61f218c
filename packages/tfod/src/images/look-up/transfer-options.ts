import type { TransferOptions } from '../../engine/engine';
import type { Machine } from '../request';

/** How the engine pulls and pushes for a machine: stopped with it, and heard when every step is wanted. */
export function transferOptions({ report, verbose, signal }: Machine): TransferOptions {
  return { onLine: verbose ? report : () => undefined, ...(signal && { signal }) };
}
