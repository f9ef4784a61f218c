import { aFolder } from '../../testing/a-folder';
import { tfodVersion } from './tfod-version';

const RANGE = '{ "devDependencies": { "tfod": "^1.0.0" } }';

describe('tfodVersion', () => {
  it.each([
    [
      'package-lock.json',
      (v: string) =>
        `{\n "packages": {\n  "node_modules/tfod": {\n   "version": "${v}",\n   "integrity": "x"\n  }\n }\n}`,
    ],
    ['pnpm-lock.yaml', (v: string) => `packages:\n\n  tfod@${v}:\n    resolution: {integrity: x}\n`],
    ['yarn.lock', (v: string) => `tfod@^1.0.0:\n  version "${v}"\n  resolved "x"\n`],
    ['bun.lock', (v: string) => `{\n "packages": {\n  "tfod": ["tfod@${v}", "", {}, "x"],\n }\n}`],
  ])('tells two versions apart by %s', (file, lock) => {
    const versionOf = (version: string): string =>
      tfodVersion(aFolder({ 'package.json': RANGE, [file]: lock(version) }));
    expect(versionOf('1.0.1')).toBe(versionOf('1.0.1'));
    expect(versionOf('1.0.1')).not.toBe(versionOf('1.0.2'));
  });

  it('takes no other package for tfod', () => {
    const lock = (version: string) => `my-tfod@${version}:\n  version "${version}"\n\ntfod-x@1:\n`;
    const versionOf = (version: string): string => tfodVersion(aFolder({ 'yarn.lock': lock(version) }));
    expect(versionOf('1')).toBe(versionOf('2'));
  });
});
