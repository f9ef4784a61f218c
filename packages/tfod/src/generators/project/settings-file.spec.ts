import { settingsFile, withSettings } from './settings-file';

describe('settingsFile', () => {
  it('is laid out as formatters have it', () => {
    const { path, content } = settingsFile('apps/a', 'tfod', { variants: ['cpu', 'gpu'], port: 1 });
    expect(path).toBe('tfod.json');
    expect(content.toString()).toBe(`{
  "$schema": "../../node_modules/tfod/schemas/tfod.schema.json",
  "variants": ["cpu", "gpu"],
  "port": 1
}
`);
  });
});

describe('withSettings', () => {
  it.each([
    ['{\n  "port": 80\n}\n', { runtime: 'ml' }, '{\n  "port": 80,\n  "runtime": "ml"\n}\n'],
    ['{ "runtime" : "old", "port": 80 }', { runtime: 'ml' }, '{ "runtime" : "ml", "port": 80 }'],
    [
      '{\n  "variants": [\n    "cpu"\n  ]\n}',
      { variants: ['cpu', 'gpu'] },
      '{\n  "variants": ["cpu", "gpu"]\n}',
    ],
    ['{\r\n  "port": 80\r\n}\r\n', { runtime: 'ml' }, '{\r\n  "port": 80,\r\n  "runtime": "ml"\r\n}\r\n'],
    ['{"a":1}', { runtime: '$&' }, '{"a":1,\n  "runtime": "$&"\n}\n'],
  ])('changes %j by %j', (text, settings, changed) => {
    expect(withSettings(text, settings)).toBe(changed);
    expect(JSON.parse(changed)).toMatchObject(settings);
  });
});
