// Plans all services below apps/ of the workspace in $WORKSPACE a few times, as the batch executor does; prints JSON.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');

const root = process.env.WORKSPACE;
const tfod = (path) => require(join(root, 'node_modules/tfod/src', path));
const { dockerEngine } = tfod('engine/docker');
const { imageMemory } = tfod('engine/image-memory');
const { runCommand } = tfod('engine/run-command');
const { planServices } = tfod('images/plan-service');
const { plainRequest } = tfod('images/request');
const { readService } = tfod('service/read-service');

async function main() {
  const names = readdirSync(join(root, 'apps'));
  const projects = new Map(names.map((name) => [name, `apps/${name}`]));
  const engine = dockerEngine(runCommand, imageMemory(process.env));
  const machine = { engine, env: process.env, report: () => undefined, verbose: false };
  const seconds = [];
  let verdicts = {};
  for (let round = 0; round < Number(process.env.ROUNDS); round += 1) {
    const started = performance.now();
    const services = await Promise.all(
      names.map((name) => readService(root, { name, root: `apps/${name}` })),
    );
    const requests = services.map((service) => plainRequest(root, service, process.env, { projects }));
    const planned = await planServices(requests, machine);
    seconds.push((performance.now() - started) / 1000);
    verdicts = {};
    for (const { error, plan } of planned) {
      if (error) throw error;
      for (const { verdict } of plan) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    }
  }
  console.log(JSON.stringify({ seconds, verdicts, maxMiB: process.resourceUsage().maxRSS / 1024 }));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
