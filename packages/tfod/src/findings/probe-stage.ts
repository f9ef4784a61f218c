import type { Ran } from '../engine/run-command';
import { finding, type Remarks } from './checks';
import type { Finding } from './finding';
import { readProbeReport, type ProbeReport } from './probe-report';

/** How the container of the probe ended. */
export interface ProbeRun extends Pick<Ran, 'code' | 'signal' | 'stdout' | 'stderr' | 'seconds'> {
  /** The seconds after which it was stopped; undefined when it ended by itself. */
  readonly stoppedAfter: number | undefined;
}

/** The report, where there is one, and the finding about the probe itself. */
export interface ProbeAnswer {
  readonly report: ProbeReport | undefined;
  readonly finding: Finding;
}

const LAST_LINES = 4;
/** 128 + SIGKILL: the kernel, when memory is short. */
const KILLED = 137;
const DIED = new Set<number | null>([132, 134, 135, 136, 139]);

/** Whether the probe ran and answered; that it did not is a finding with an owner like any other. */
export function probeAnswer(run: ProbeRun): ProbeAnswer {
  const { seconds } = run;
  if (run.stoppedAfter === undefined && run.code === 0) {
    const report = readProbeReport(run.stdout);
    if (!('malformed' in report)) {
      const found = `${report.checks.length} checks in ${seconds.toFixed(1)} s`;
      return { report, finding: finding('engine.probe', 'pass', found, { seconds }) };
    }
    const hint = 'the image carries another runtime than this plugin: nx run <service>:docker-build --force';
    return silent(report.malformed, { hint, seconds });
  }
  const [found, remarks] = reasonOf(run);
  return silent(found, { ...remarks, seconds });
}

function silent(found: string, remarks: Remarks): ProbeAnswer {
  return { report: undefined, finding: finding('engine.probe', 'fail', found, remarks) };
}

function reasonOf({ code, signal, stderr, stoppedAfter }: ProbeRun): [string, Remarks] {
  const tail = stderr.trim().split('\n').slice(-LAST_LINES).join('\n').trim();
  const told = (what: string): string => (tail === '' ? what : `${what}\n${tail}`);
  if (stoppedAfter !== undefined) {
    return [
      told(`no answer within ${stoppedAfter} s`),
      { owner: 'framework', hint: 'give it more with --timeout; --verbose shows how far it comes' },
    ];
  }
  if (/No module named '?tfod_runtime/.test(stderr)) {
    return [tail, { hint: 'the image carries no probe: nx run <service>:docker-build builds it anew' }];
  }
  if (code === KILLED) {
    return [
      told('killed, most likely because memory was short'),
      { owner: 'host', hint: 'give the engine more memory; `docker info` tells how much it has' },
    ];
  }
  if (DIED.has(code)) {
    return [
      told(`the probe itself crashed with exit code ${code}`),
      { owner: 'framework', hint: 'run it with --verbose: its last lines tell what it did' },
    ];
  }
  if (code === 125 || code === 126 || code === 127) {
    return [
      told(`the container did not start (exit code ${code})`),
      { hint: 'the image must hold `python` on its PATH; --dryRun prints the command' },
    ];
  }
  return [told(`it ended with ${signal ?? `exit code ${code}`}`), { hint: 'run it with --verbose' }];
}
