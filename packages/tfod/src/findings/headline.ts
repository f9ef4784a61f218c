import { countGpus } from './checks';
import type { Finding } from './finding';
import type { Verdict } from './verdict';

/** The answer in one line: the proof, what no one saw, or the first cause, its owner and the next step. */
export function headline({ service, mode, result, image, firstCause, checks, facts }: Verdict): string {
  if (result === 'pass') return `${service}: ${gpusIn(facts)} computed in ${image}`;
  const cause = checks.find(({ id, status }) => id === firstCause && status === 'fail');
  if (cause) return `${service}: ${explain(cause)}`;
  if (result === 'fail') return `${service}: the probe says fail and names no check that failed`;
  const made = checks.filter(({ status }) => status !== 'skip');
  if (mode === 'static') {
    const warned = made.filter(({ status }) => status === 'warn').length;
    const some = warned === 0 ? '' : `, ${warned} with a warning`;
    return `${service}: nothing that can be seen without a GPU is wrong with ${image} (${made.length} checks${some}). No GPU was looked at: --mode=static did no more.`;
  }
  const unseen = checks.find(isUnseen);
  const why = unseen
    ? `${unseen.id} ${unseen.status === 'skip' ? 'was skipped' : 'warns'}: ${firstLine(unseen.found)}`
    : 'the probe did not see all that it wanted';
  return `${service}: not proved, although nothing failed: ${why}`;
}

/** Whether it keeps a proof from being one: before the GPUs work, much is skipped in health. */
function isUnseen({ status, stage }: Finding): boolean {
  if (stage === 'model') return status === 'skip' || status === 'warn';
  return status === 'skip' && (stage === 'framework' || stage === 'work');
}

function explain({ id, owner, found, hint, docs }: Finding): string {
  const next = hint === '' ? '' : ` Next: ${hint}.`;
  return `first cause ${id}, owner ${owner}: ${firstLine(found)}.${next} See ${docs}`;
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim().replace(/\.$/, '');
}

/** `2 GPUs (NVIDIA T4)`: the names that the probe tells, each once. */
function gpusIn({ gpus }: Verdict['facts']): string {
  const list = Array.isArray(gpus) ? (gpus as readonly { readonly name?: unknown }[]) : [];
  const names = [...new Set(list.map(({ name }) => String(name)))];
  return `${countGpus(list.length)}${names.length === 0 ? '' : ` (${names.join(', ')})`}`;
}
