import { minorOf, parseMatrix } from '../compat/matrix';

/** A driver of NVIDIA: `535.104.05`, `550.54`, `570`. */
export type DriverVersion = string;

/** The version in a text such as the first line of /proc/driver/nvidia/version. */
export function driverIn(text: string): DriverVersion | undefined {
  return /(?<![\d.])(\d{3,}(?:\.\d+){1,2})(?![\d.])/.exec(text)?.[1];
}

/** Whether a driver is at least as new as another; a part that is not written counts as 0. */
export function isAtLeast(driver: DriverVersion, minimum: DriverVersion): boolean {
  const [own, other] = [partsOf(driver), partsOf(minimum)];
  const decisive = other.findIndex((part, index) => (own[index] ?? 0) !== part);
  return decisive === -1 || (own[decisive] ?? 0) > (other[decisive] ?? 0);
}

function partsOf(version: DriverVersion): readonly number[] {
  return version.split('.').map(Number);
}

interface Minimums {
  readonly driver_minimums?: Readonly<Record<string, { exact_first?: string; windows_wsl?: string }>>;
}

/**
 * The oldest driver that serves a TensorFlow, by the compat matrix (the text of data/compat.json); under WSL that
 * of Windows, which numbers its drivers in its own way. Undefined where the matrix does not know the TensorFlow.
 */
export function driverMinimum(
  matrix: string,
  tensorflow: string,
  driverOf: 'linux' | 'windows',
): DriverVersion | undefined {
  const minor = minorOf(tensorflow);
  const linux = parseMatrix(matrix).find((release) => release.tensorflow === minor)?.linuxDriver;
  if (linux === undefined || driverOf === 'linux') return linux;
  const lines = Object.values((JSON.parse(matrix) as Minimums).driver_minimums ?? {});
  return lines.find(({ exact_first }) => exact_first === linux)?.windows_wsl ?? linux;
}
