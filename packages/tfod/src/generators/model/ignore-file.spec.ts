import { withIgnored } from './ignore-file';

it.each([
  [undefined, true, '/ssd/saved_model/\n'],
  [undefined, false, ''],
  ['', true, '/ssd/saved_model/\n'],
  ['*.tmp\n', true, '*.tmp\n/ssd/saved_model/\n'],
  ['*.tmp', true, '*.tmp\n/ssd/saved_model/\n'],
  ['*.tmp\n\n/ssd/saved_model/\n# x\n', true, '*.tmp\n\n/ssd/saved_model/\n# x\n'],
  ['*.tmp\n\n/ssd/saved_model/\n# x\n', false, '*.tmp\n\n# x\n'],
  ['/ssd/saved_model/\n', false, ''],
  ['/ssd2/saved_model/', false, '/ssd2/saved_model/'],
])('of %j with the model ignored %s makes %j', (text, isIgnored, expected) => {
  expect(withIgnored(text, 'ssd', isIgnored)).toBe(expected);
});
