import { dockerEngine } from './docker';
import { runCommand, type RunCommand } from './run-command';

describe('the engine', () => {
  it('stops a push with the reason for which it was stopped', async () => {
    const abort = new AbortController();
    const script = 'console.log("Pushing"); setInterval(() => undefined, 1000)';
    const endless: RunCommand = (_, options) =>
      runCommand({ file: process.execPath, args: ['-e', script] }, options);
    const onLine = () => abort.abort(new Error('enough'));
    const pushing = dockerEngine(endless).push('registry.example/parking:1', {
      onLine,
      signal: abort.signal,
    });
    await expect(pushing).rejects.toThrow('enough');
  });
});
