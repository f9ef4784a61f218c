const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const swc = JSON.parse(readFileSync(join(__dirname, '../../.swcrc'), 'utf8'));

module.exports = {
  displayName: 'tfod',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  // These need a Docker engine: jest.engine.config.cjs runs them.
  testPathIgnorePatterns: ['/node_modules/', '\\.engine\\.spec\\.ts$'],
  modulePathIgnorePatterns: ['<rootDir>/src/generators/[^/]+/files/'],
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  moduleFileExtensions: ['ts', 'js', 'json'],
};
