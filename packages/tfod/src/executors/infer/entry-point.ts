import { parseDockerfile } from '../../dockerfile/parse';
import { TfodError } from '../../values/tfod-error';

/**
 * What the image's Python is started with, such as `-m parking.detect`: the arguments of the ENTRYPOINT of the
 * Dockerfile's last stage. Throws ENTRYPOINT_UNKNOWN, or DOCKERFILE_SYNTAX. `path` is for messages.
 */
export function pythonEntryPoint(dockerfile: string, path: string): readonly string[] {
  const instructions = parseDockerfile(dockerfile, path).stages.at(-1)?.instructions ?? [];
  const entryPoint = instructions.filter(({ keyword }) => keyword === 'ENTRYPOINT').at(-1);
  const [program = '', ...args] = entryPoint?.words ?? [];
  if (entryPoint?.isJson && /(^|\/)python3?(\.\d+)?$/.test(program) && args.length > 0) return args;
  throw new TfodError({
    code: 'ENTRYPOINT_UNKNOWN',
    what: 'The Python runner does not know how the service is started',
    where: entryPoint ? `${path}:${entryPoint.line}` : path,
    expected: 'ENTRYPOINT ["python", "-m", "<module>.detect"]',
    found: entryPoint?.text ?? 'no ENTRYPOINT',
    remedy: 'use --using=container, or start the service by Python',
  });
}
