// `npm run bench -- herd [clients] [seconds]`: a server is away for some seconds; how its clients' attempts to come back are
// spread. They call again at once, so that their first attempts come together; from the first retry on they must not.
import { setTimeout as wait } from 'node:timers/promises';
import { loseServer, peak } from '../support/herd.js';

const [size, away] = [Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 3)];
const WINDOW = 50;
const { clients, took } = await loseServer(size, () => wait(away * 1000));
const percent = (part) => `${(100 * part).toFixed(1)} %`;
const busiest = (times) => percent(peak(times, WINDOW) / times.length);

const rows = [];
for (let retry = 1; ; retry += 1) {
  const those = clients.filter(({ attempts }) => attempts.length > retry);
  if (those.length < size / 10) break; // too few to judge
  const times = those.map(({ attempts }) => attempts[retry]);
  rows.push({
    retry,
    clients: those.length,
    'within ms': Math.round(Math.max(...times) - Math.min(...times)),
    'planned: most in 50 ms': busiest(those.map(({ delays }) => delays[retry - 1])),
    'if uniform': percent(WINDOW / Math.min(200 * 2 ** (retry - 1), 10_000)),
    'happened: most in 50 ms': busiest(times),
  });
}
console.log(`${size} clients, their server away for ${away} s; Node ${process.version}`);
console.log(`first attempts: ${busiest(clients.map(({ attempts }) => attempts[0]))} in 50 ms`);
console.table(rows);
const last = clients.map(({ attempts }) => attempts.at(-1));
console.log(`all back ${Math.round(took)} ms after the server; the successful attempts: ${busiest(last)} in 50 ms`);
