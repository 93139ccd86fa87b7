// `node main.js TARGET [--seconds N | --runs N] [--seed N] [--replay HEX]`: runs inputs, keeps those that reach code which none has reached, and
// changes them further. (Jazzer.js would be the tool for it; its binary asks for a newer C library than Debian 12 has.)
import { Session } from 'node:inspector/promises';
import { parseArgs } from 'node:util';
import { Input } from './input.js';
import { targets } from './targets.js';

const string = { type: 'string' };
const { values, positionals } = parseArgs({
  options: { seconds: { ...string, default: '60' }, runs: string, seed: { ...string, default: '1' }, replay: string },
  allowPositionals: true,
});
const target = targets[positionals[0]];
let state = Number(values.seed) >>> 0;
const below = (count) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * count);
};

/** @type {Uint8Array} */
let bytes = new Uint8Array();
function failed(error) {
  console.error(error);
  const hex = Buffer.from(bytes).toString('hex');
  console.error(`${positionals[0]}: FAILED. Again: npm run fuzz -- --target ${positionals[0]} --replay-hex ${hex}`);
  process.exit(1);
}
process.on('uncaughtException', failed);
process.on('unhandledRejection', failed);

async function runOne() {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it does not end')), 10_000);
  });
  await Promise.race([target(new Input(bytes)), late]).catch(failed);
  clearTimeout(timer);
}

if (values.replay !== undefined) {
  bytes = Buffer.from(values.replay, 'hex');
  await runOne();
  process.exit(0);
}

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
const reached = new Set();
/** Whether anything was reached that never was before. V8 tells of each function until its coverage stays the same. */
async function isNew() {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const before = reached.size;
  for (const { url, functions } of result) {
    if (!url.includes('/js/')) continue;
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) {
        if (count > 0) reached.add(`${url.slice(-20)}:${startOffset}-${endOffset}`);
      }
    }
  }
  return reached.size > before;
}

const corpus = [new Uint8Array()];
const change = () => {
  const from = corpus[below(corpus.length)];
  const changed = Array.from(from);
  for (let i = 1 + below(6); i > 0; i -= 1) {
    const at = below(changed.length + 1);
    const kind = below(4);
    if (kind === 0) changed.splice(at, below(4));
    else if (kind === 1) changed.splice(at, 0, ...Array.from({ length: 1 + below(16) }, () => below(256)));
    else if (kind === 2) changed.splice(at, 0, ...Array.from(corpus[below(corpus.length)]).slice(0, 64));
    else changed[at] = below(256);
  }
  return Uint8Array.from(changed.slice(0, 400));
};

const start = Date.now();
const isDone = (runs) =>
  values.runs === undefined ? Date.now() - start >= Number(values.seconds) * 1000 : runs >= Number(values.runs);
let runs = 0;
for (; !isDone(runs); runs += 1) {
  bytes = change();
  await runOne();
  if (await isNew()) corpus.push(bytes);
}
console.log(
  `${positionals[0]}: nothing found in ${runs} runs (${Math.round((runs * 1000) / (Date.now() - start))} a second), ${reached.size} places`,
);
process.exit(0);
