const unit = require('./jest.config.cjs');

/** The specs that need a Docker engine; `node tools/engine/engine.mjs env --shell` tells how to reach one. */
module.exports = {
  ...unit,
  displayName: 'tfod-engine',
  testMatch: ['<rootDir>/src/**/*.engine.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
  // They count what one engine does, so they cannot share it.
  maxWorkers: 1,
};
