import type { Plan } from '../../images/plan';
import type { Receipt } from '../../images/receipt';
import { planTable, receiptTable } from './tables';

describe('planTable', () => {
  it('gives each reason a line', () => {
    const plan = [
      { image: { name: 'base' }, verdict: 'present', reasons: [] },
      { image: { name: 'service-cpu' }, verdict: 'build', reasons: ['src/a.py changed', 'src/b.py added'] },
    ] as unknown as Plan;
    expect(planTable(plan)).toBe(
      [
        'image        verdict  why',
        'base         present',
        'service-cpu  build    src/a.py changed',
        '                      src/b.py added',
      ].join('\n'),
    );
  });
});

describe('receiptTable', () => {
  it('tells what was done, in how much time, and what it is called', () => {
    const receipt = {
      service: 'parking',
      images: [
        {
          role: 'base',
          variant: null,
          verdict: 'present',
          seconds: 0,
          bytes: 289_000_000,
          ref: 'tfod-base:k-1',
          tags: ['tfod-base:k-1'],
          reasons: [],
        },
        {
          role: 'service',
          variant: 'cpu',
          verdict: 'build',
          seconds: 2.34,
          bytes: 1_210_000_000,
          ref: 'parking:k-2',
          tags: ['parking:k-2', 'parking:cpu'],
          reasons: ['src/a.py changed'],
        },
      ],
    } as unknown as Receipt;
    expect(receiptTable(receipt)).toBe(
      [
        'image        verdict  time   size     name           why',
        'base         present         289 MB   tfod-base:k-1',
        'service-cpu  build    2.3 s  1.21 GB  parking:cpu    src/a.py changed',
      ].join('\n'),
    );
  });
});

it('names the platform where there are several', () => {
  const image = {
    role: 'tf',
    variant: 'cpu',
    verdict: 'present',
    seconds: 0,
    bytes: 1,
    ref: 'a',
    tags: ['a'],
    reasons: [],
  };
  const platforms = ['linux/amd64', 'linux/arm64'].map((platform) => ({ ...image, platform }));
  const table = receiptTable({ service: 'parking', images: platforms } as unknown as Receipt);
  expect(table).toContain('tf linux/amd64  present');
  expect(table).toContain('tf linux/arm64  present');
});
