// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { archiveOf, debianArchives, formatSource, parseDeb822, parseOneLine } from './apt-sources.mjs';

const DEB822 = `# written by the installer
Types: deb deb-src
# a comment between two fields
URIs: http://archive.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://archive.test/debian-security
Suites: bookworm-security
Components: main

Types: deb
Enabled: no
URIs: http://off.test/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://sources.test/debian
Suites: bookworm
Components: main
`;

test('a deb822 file yields its enabled binary sources', () => {
  assert.deepEqual(parseDeb822(DEB822), [
    {
      uris: ['http://archive.test/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main', 'contrib'],
      signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
      trusted: false,
    },
    {
      uris: ['http://archive.test/debian-security'],
      suites: ['bookworm-security'],
      components: ['main'],
      trusted: false,
    },
  ]);
});

test('deb822 field names ignore case, and values go on over indented lines', () => {
  const text = 'TYPES: deb\nuris: http://a.test/d\nSuites:\n sid\n experimental\nComponents: main\n';
  assert.deepEqual(parseDeb822(text)[0]?.suites, ['sid', 'experimental']);
});

test('a key inside a deb822 file survives parsing and formatting', () => {
  const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQENB\n -----END PGP PUBLIC KEY BLOCK-----';
  const text = `Types: deb\nURIs: http://a.test/d\nSuites: sid\nComponents: main\nSigned-By:\n ${key}\n`;
  const archive = archiveOf(parseDeb822(text), ['sid']);
  assert.ok(archive);
  const again = archiveOf(parseDeb822(formatSource(archive, ['trixie'])), ['trixie']);
  assert.deepEqual(again, archive);
  assert.match(archive.signedBy ?? '', /BEGIN PGP[^]*END PGP/);
});

test('one-line entries are read with their options, comments and source entries left out', () => {
  const text = [
    '# deb http://commented.test/debian bookworm main',
    'deb [arch=amd64 signed-by=/etc/apt/keyrings/a.gpg trusted=yes] http://archive.test/debian/ bookworm main contrib # why',
    'deb-src http://archive.test/debian bookworm main',
    '\tdeb http://archive.test/debian bookworm-updates main',
    '',
  ].join('\n');
  assert.deepEqual(parseOneLine(text), [
    {
      uris: ['http://archive.test/debian/'],
      suites: ['bookworm'],
      components: ['main', 'contrib'],
      signedBy: '/etc/apt/keyrings/a.gpg',
      trusted: true,
    },
    {
      uris: ['http://archive.test/debian'],
      suites: ['bookworm-updates'],
      components: ['main'],
      trusted: false,
    },
  ]);
});

test('the archive is the first source of the best-named suite that offers main', () => {
  const sources = parseOneLine(
    [
      'deb http://extra.test/debian bookworm contrib',
      'deb cdrom:[Debian_12]/ bookworm main',
      'deb http://stable.test/debian stable main',
      'deb http://archive.test/debian/ bookworm main',
    ].join('\n'),
  );
  assert.equal(archiveOf(sources, ['bookworm', 'stable'])?.uri, 'http://archive.test/debian');
  assert.equal(archiveOf(sources, ['trixie', 'stable'])?.uri, 'http://stable.test/debian');
  assert.equal(archiveOf(sources, ['trixie']), undefined);
});

test('Debian’s archives are found by the codename, or by what the release is called now', () => {
  const debian = { id: 'debian', like: [], codename: 'bookworm', name: 'Debian GNU/Linux 12' };
  assert.deepEqual(debianArchives(parseDeb822(DEB822), debian), {
    main: {
      uri: 'http://archive.test/debian',
      signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
      trusted: false,
    },
    security: { uri: 'http://archive.test/debian-security', trusted: false },
  });
  const byName = parseOneLine('deb http://archive.test/debian oldstable main');
  assert.equal(debianArchives(byName, debian)?.main.uri, 'http://archive.test/debian');
  assert.equal(debianArchives([], debian), undefined);
});

test('Ubuntu’s archive is not taken for Debian’s', () => {
  const text = 'Types: deb\nURIs: http://archive.test/ubuntu/\nSuites: noble\nComponents: main universe\n';
  const ubuntu = { id: 'ubuntu', like: ['debian'], codename: 'noble', name: 'Ubuntu 24.04' };
  assert.equal(archiveOf(parseDeb822(text), ['noble'])?.uri, 'http://archive.test/ubuntu');
  assert.equal(debianArchives(parseDeb822(text), ubuntu), undefined);
});
