// `npm run build`: dist/, from whatever is missing for that.
import { pathToFileURL } from 'node:url';
import { buildModules, buildTypes, buildWasm, distSizes } from './lib/dist.js';
import { runScript, seconds } from './lib/repo.js';
import { writeUtcpVersion } from './lib/utcp.js';
import { setup } from './setup.js';

/** Brings dist/ up to date. What it does goes to stderr: stdout belongs to `npm pack --json`. */
export async function build() {
  writeUtcpVersion();
  const start = performance.now();
  if (await buildWasm()) console.error(`Built the wasm module in ${seconds(start)}`);
  const pageStart = performance.now();
  if (await buildModules()) console.error(`Bundled what pages load in ${seconds(pageStart)}`);
  const typesStart = performance.now();
  if (await buildTypes()) console.error(`Checked and wrote the types in ${seconds(typesStart)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async () => {
    await setup('build');
    await build();
    for (const { file, raw, brotli } of distSizes()) {
      console.error(`${file}: ${raw} bytes, ${brotli} with brotli`);
    }
  });
}
