import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { driverIn, driverMinimum, isAtLeast } from './driver-version';

describe('isAtLeast', () => {
  it.each([
    ['525.60.13', '525.60.13', true],
    ['525.60.11', '525.60.13', false],
    ['525.105', '525.60.13', true],
    ['525.60', '525.60.13', false],
    ['570', '525.60.13', true],
    ['470.256.02', '525.60.13', false],
    ['1000.1', '999.9', true],
  ])('%s against %s is %s', (driver, minimum, yes) => expect(isAtLeast(driver, minimum)).toBe(yes));
});

describe('driverIn', () => {
  it.each([
    [
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023',
      '535.104.05',
    ],
    ['NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build', '570.86.15'],
    ['550.54', '550.54'],
    ['gcc version 12.2.0', undefined],
  ])('of %j is %j', (text, version) => expect(driverIn(text)).toBe(version));
});

describe('driverMinimum', () => {
  const matrix = readFileSync(join(__dirname, '../../data/compat.json'), 'utf8');

  it.each([
    ['2.21.0', 'linux', '525.60.13'],
    ['2.21.0', 'windows', '528.33'],
    ['2.10.1', 'windows', '450.80.02'],
    ['9.9.0', 'linux', undefined],
  ] as const)('for TensorFlow %s on %s is %s', (tensorflow, system, driver) => {
    expect(driverMinimum(matrix, tensorflow, system)).toBe(driver);
  });
});
