import { pythonEntryPoint } from './entry-point';

describe('pythonEntryPoint', () => {
  it.each([
    ['FROM runtime\nENTRYPOINT ["python", "-m", "parking.detect"]\nCMD ["serve"]', ['-m', 'parking.detect']],
    ['FROM a AS b\nENTRYPOINT ["x"]\nFROM b\nENTRYPOINT ["/usr/bin/python3.13", "/app/x.py"]', ['/app/x.py']],
    ['FROM a\nENTRYPOINT ["python", "a.py"]\nENTRYPOINT ["python", "b.py"]', ['b.py']],
  ])('reads %j', (dockerfile, args) => {
    expect(pythonEntryPoint(dockerfile, 'apps/a/Dockerfile')).toEqual(args);
  });

  it.each([
    ['FROM a', 'apps/a/Dockerfile', 'no ENTRYPOINT'],
    ['FROM a\nENTRYPOINT python -m x', 'apps/a/Dockerfile:2', 'ENTRYPOINT python -m x'],
    ['FROM a\nENTRYPOINT ["run.sh"]', 'apps/a/Dockerfile:2', 'ENTRYPOINT ["run.sh"]'],
    ['FROM a\nENTRYPOINT ["python"]', 'apps/a/Dockerfile:2', 'ENTRYPOINT ["python"]'],
  ])('refuses %j', (dockerfile, where, found) => {
    expect(() => pythonEntryPoint(dockerfile, 'apps/a/Dockerfile')).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ code: 'ENTRYPOINT_UNKNOWN', where, found })],
      }),
    );
  });
});
