// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCandidates } from './apt-policy.mjs';

const OUTPUT = `docker.io:
  Installed: (none)
  Candidate: 20.10.24+dfsg1-1+deb12u1+b6
  Version table:
     20.10.24+dfsg1-1+deb12u1+b6 500
        500 http://archive.test/debian bookworm/main amd64 Packages
docker-buildx:
  Installed: (none)
  Candidate: (none)
  Version table:
runc:
  Installed: 1.1.5+ds1-1+deb12u1
  Candidate: 1.1.5+ds1-1+deb12u1
  Version table:
 *** 1.1.5+ds1-1+deb12u1 500
        500 http://archive.test/debian bookworm/main amd64 Packages
        100 /var/lib/dpkg/status
`;

test('candidates are read; a package without one is left out', () => {
  assert.deepEqual(
    [...parseCandidates(OUTPUT)],
    [
      ['docker.io', '20.10.24+dfsg1-1+deb12u1+b6'],
      ['runc', '1.1.5+ds1-1+deb12u1'],
    ],
  );
});

test('packages that apt has never heard of yield nothing', () => {
  assert.equal(parseCandidates('').size, 0);
});
