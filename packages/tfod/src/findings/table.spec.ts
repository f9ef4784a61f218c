import { aFinding } from '../testing/findings';
import { findingsTable } from './table';

const skip = (id: string, found: string) => aFinding(id, { status: 'skip', found });

it('shows a line for each check, and all about those that did not pass', () => {
  const table = findingsTable([
    skip('host.devices', 'not looked at'),
    skip('host.mig', 'not looked at'),
    skip('host.gpu-count', 'another reason'),
    aFinding('engine.container', {
      status: 'fail',
      owner: 'engine',
      found: 'one\ntwo',
      hint: 'do this',
    }),
    aFinding('image.ptxas', { status: 'warn', expected: '' }),
    aFinding('work.memory', { found: 'x'.repeat(120) }),
  ]);
  expect(table).toBe(
    [
      'check             status  owner   found',
      'host: 2 checks    skip            not looked at',
      'host.gpu-count    skip            another reason',
      'engine.container  fail    engine  one …',
      'image.ptxas       warn    image   found',
      `work.memory       pass            ${'x'.repeat(100)} …`,
      '',
      'fail engine.container (owner: engine)',
      '  found     one',
      '            two',
      '  expected  expected',
      '  next step do this',
      '  see       docs/gpu/findings.md#engine-container',
      '',
      'warn image.ptxas (owner: image)',
      '  found     found',
      '  see       docs/gpu/findings.md#image-ptxas',
    ].join('\n'),
  );
});

it('does not fold checks of two stages', () => {
  const table = findingsTable([skip('host.mig', 'static'), skip('engine.devices', 'static')]);
  expect(table.split('\n')).toHaveLength(3);
});
