import { CommandNotFoundError, runCommand } from './run-command';

const node = (script: string) => ({ file: process.execPath, args: ['-e', script] });

describe('runCommand', () => {
  it('answers with what the program printed and how it ended', async () => {
    const ran = await runCommand(node('console.log("a\\nb"); console.error("c"); process.exit(3)'));
    expect(ran).toMatchObject({ code: 3, signal: null, stdout: 'a\nb', stderr: 'c' });
    expect(ran.seconds).toBeGreaterThan(0);
  });

  it('hands on each line as it comes, the last one without a line break too', async () => {
    const lines: string[] = [];
    await runCommand(node('process.stdout.write("ä\\nb")'), {
      onLine: (line, stream) => lines.push(`${stream} ${line}`),
    });
    expect(lines).toEqual(['stdout ä', 'stdout b']);
  });

  it('keeps the tail alone when asked to', async () => {
    const ran = await runCommand(node('for (let i = 0; i < 100; i++) console.log(i)'), { tailLines: 2 });
    expect(ran.stdout).toBe('98\n99');
  });

  it('feeds the input and adds to the environment', async () => {
    const echo = node('process.stdin.on("data", (d) => process.stdout.write(process.env.A + d))');
    const ran = await runCommand({ ...echo, stdin: 'in', env: { A: '1' } });
    expect(ran.stdout).toBe('1in');
  });

  it('does not mind a program that never reads its input', async () => {
    const ran = await runCommand({ ...node('process.exit(0)'), stdin: 'x'.repeat(1_000_000) });
    expect(ran.code).toBe(0);
  });

  it('never lets a shell read an argument', async () => {
    const ran = await runCommand({
      ...node('console.log(process.argv[1])'),
      args: ['-e', 'console.log(process.argv[1])', '$(id);*'],
    });
    expect(ran.stdout).toBe('$(id);*');
  });

  it('says which program is not there', async () => {
    await expect(runCommand({ file: 'tfod-no-such-program', args: [] })).rejects.toThrow(
      CommandNotFoundError,
    );
  });

  it('stops the program when told to, even one that will not hear', async () => {
    const stubborn = node(
      'process.on("SIGTERM", () => {}); console.log(process.pid); setInterval(() => {}, 1000)',
    );
    const abort = new AbortController();
    let pid = 0;
    const running = runCommand(stubborn, {
      signal: abort.signal,
      graceMs: 50,
      onLine: (line) => {
        pid = Number(line);
        abort.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('does not start when it was stopped before', async () => {
    await expect(runCommand(node(''), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });
});
