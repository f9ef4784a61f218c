/**
 * A suite that needs a Docker engine. TFOD_ENGINE=none says that the machine can have none: then its tests are
 * reported as skipped. Otherwise a missing engine is a failure.
 */
export const describeWithEngine = process.env['TFOD_ENGINE'] === 'none' ? describe.skip : describe;
