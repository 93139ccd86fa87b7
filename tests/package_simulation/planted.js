// Plants each bug of planted.json in a copy of js/ and looks for it: `npm run simulate -- --package --planted`.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = `${root}build/planted-package`;
rmSync(copy, { recursive: true, force: true });
mkdirSync(copy, { recursive: true });
for (const path of ['package.json', 'js', 'dist']) cpSync(`${root}${path}`, `${copy}/${path}`, { recursive: true });

const missed = [];
for (const { name, file, from, to } of JSON.parse(readFileSync(new URL('planted.json', import.meta.url), 'utf8'))) {
  const path = `${copy}/${file}`;
  const source = readFileSync(path, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`"${name}": its text stands not once in ${file}.`);
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const planted = source.replace(from, () => to);
  writeFileSync(path, planted);
  const { stdout } = spawnSync(process.execPath, [main, '--from', copy, '--events', '300000'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  writeFileSync(path, source);
  const found = /^Seed [^\n]*/m.exec(stdout)?.[0].slice(0, 160);
  console.log(`${name}\n    ${found ?? 'NOT FOUND'}`);
  if (!found) missed.push(name);
}
if (missed.length > 0) {
  console.error(`Planted and not found: ${missed.join('; ')}.`);
  process.exitCode = 1;
}
