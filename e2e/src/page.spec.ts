import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from 'playwright-core';

const ROOT = resolve(__dirname, '../..');
const MODEL = join(ROOT, 'packages/tfod/demo');
const PICTURE = join(MODEL, 'samples/deck.jpg');
const BROWSER = process.env['TFOD_BROWSER'];

/** A reported skip where no browser is to be had. */
const describeWithBrowser = BROWSER ? describe : describe.skip;

describeWithBrowser('the page of a server, in a browser', () => {
  let server: ChildProcess;
  let browser: Browser;
  let page: Page;
  let address: string;
  let asked: string[];

  beforeAll(async () => {
    [server, address] = await serve();
    browser = await chromium.launch({ executablePath: BROWSER as string, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    if (!server) return;
    server.kill('SIGTERM');
    await once(server, 'exit');
  });
  beforeEach(async () => {
    asked = [];
    page = await browser.newPage();
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => asked.push(`error: ${error.message}`));
    await page.goto(address);
  });
  afterEach(() => page.close());

  it('shows what is found in a picture that a person chooses', async () => {
    await page.setInputFiles('#file', PICTURE);
    await page.locator('#status', { hasText: 'pixels' }).waitFor();
    expect(await page.textContent('#status')).toMatch(/^8 objects in 604 × 681 pixels, \d+ ms$/);
    expect(await page.locator('tbody tr').count()).toBe(8);
    expect(await page.textContent('tbody tr:first-child td')).toBe('square');
    expect(await page.title()).toBe('Find objects with demo');
    const corner = await page.evaluate(BOX_CORNER);
    expect(corner).not.toEqual(await page.evaluate(CENTRE));
    if (process.env['TFOD_SCREENSHOT'])
      await page.screenshot({ path: process.env['TFOD_SCREENSHOT'], fullPage: true });
  });

  it('takes a picture that is dropped', async () => {
    const bytes = readFileSync(PICTURE).toString('base64');
    await page.evaluate(`(() => {
      const binary = atob('${bytes}');
      const data = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([data], 'dropped.jpg', { type: 'image/jpeg' }));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    })()`);
    await page.locator('tbody tr').nth(7).waitFor();
  });

  it('says why a file gives nothing, and goes on', async () => {
    await page.setInputFiles('#file', {
      name: 'note.jpg',
      mimeType: 'image/jpeg',
      buffer: Buffer.from('text'),
    });
    await page.locator('#status.bad').waitFor();
    expect(await page.textContent('#status')).toContain('PICTURE_UNKNOWN');
    await page.setInputFiles('#file', PICTURE);
    await page.locator('tbody tr').nth(7).waitFor();
  });

  it('documents the API, and asks no other host for anything', async () => {
    await page.goto(`${address}/docs`);
    await page.getByText('/v1/models/{model}:predict').first().waitFor();
    expect(asked.filter((url) => !url.startsWith(address) && !/^(data|blob):/.test(url))).toEqual([]);
  });
});

/** The colour of the middle of the upper edge of the best box, and of the picture's centre. */
const pixelAt = (where: string): string => `(() => {
  const canvas = document.querySelector('#picture');
  const [x, y, w, h] = document.querySelector('tbody tr td:nth-child(3)').textContent.split(', ').map(Number);
  return [...canvas.getContext('2d').getImageData(${where}, 1, 1).data];
})()`;
const BOX_CORNER = pixelAt('x + w / 2, y + h');
const CENTRE = pixelAt('x + w / 2, y + h / 2');

/** A server of the demo model on a port of its own, when it is ready. */
function serve(): Promise<[ChildProcess, string]> {
  const args = ['-m', 'tfod_runtime', 'serve', '--model', MODEL, '--host', '127.0.0.1', '--port', '0'];
  const env = { ...process.env, PYTHONPATH: join(ROOT, 'packages/tfod-runtime/src') };
  const server = spawn(join(ROOT, '.venv/bin/python'), args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let address = '';
    server.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready`)));
    createInterface({ input: server.stderr }).on('line', (line) => {
      const event = JSON.parse(line) as { event: string; url?: string };
      address = event.url ?? address;
      if (event.event === 'ready') resolve([server, address]);
    });
  });
}
