/**
 * A suite that needs a Docker engine. TFOD_ENGINE=none says that the machine can have none: then its tests are
 * reported as skipped. Otherwise a missing engine is a failure.
 */
export const describeWithEngine = process.env['TFOD_ENGINE'] === 'none' ? describe.skip : describe;

/**
 * A suite that needs an engine, and a BuildKit daemon that is not the engine's: TFOD_TEST_BUILDKITD. Where there is none
 * its tests are reported as skipped.
 */
export const describeWithBuildkit = process.env['TFOD_TEST_BUILDKITD'] ? describeWithEngine : describe.skip;
