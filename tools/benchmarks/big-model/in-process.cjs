// Plans or builds the service `svc0000` of the workspace in $WORKSPACE; prints what it cost, programs it ran included.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const root = process.env.WORKSPACE;
const tfod = (path) => require(join(root, 'node_modules/tfod/src', path));
const { dockerEngine } = tfod('engine/docker');
const { ensureImages } = tfod('images/ensure-images');
const { planService } = tfod('images/plan-service');
const { plainRequest } = tfod('images/request');
const { readService } = tfod('service/read-service');

/** Bytes that this process and those that it has waited for asked the system for. */
const bytesRead = () => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))[1]);

async function main() {
  const machine = { engine: dockerEngine(), env: process.env, report: () => undefined, verbose: false };
  const before = bytesRead();
  const started = performance.now();
  const service = await readService(root, { name: 'svc0000', root: 'apps/svc0000' });
  const request = plainRequest(root, service, process.env);
  const images =
    process.env.ACTION === 'plan'
      ? (await planService(request, machine)).plan
      : (await ensureImages(request, machine)).images;
  console.log(
    JSON.stringify({
      seconds: (performance.now() - started) / 1000,
      mebibytes: (bytesRead() - before) / 2 ** 20,
      maxMiB: process.resourceUsage().maxRSS / 1024,
      verdicts: images.map(({ verdict }) => verdict),
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
