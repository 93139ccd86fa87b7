// `npm run simulate -- [--package] [--sanitized] [--events N] [--seeds N] [--first SEED] | --seed SEED [--trace] | --planted`
import { runScript } from './lib/repo.js';
import { findPlanted, simulate, simulatePackage } from './lib/simulation.js';
import { setup } from './setup.js';

await runScript(async () => {
  await setup('build');
  const args = process.argv.slice(2);
  if (args.includes('--package')) {
    const { failed } = await simulatePackage(args.filter((arg) => arg !== '--package'));
    if (failed > 0) process.exitCode = 1;
    return undefined;
  }
  if (args.includes('--planted')) return findPlanted();
  const { failed } = await simulate(
    args.filter((arg) => arg !== '--sanitized'),
    { sanitized: args.includes('--sanitized') },
  );
  if (failed > 0) process.exitCode = 1;
});
