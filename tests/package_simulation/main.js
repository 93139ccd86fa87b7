// Runs seeded worlds of the whole package: js/ and the wasm module in virtual time. Called by scripts/simulate.js --package.
// `node main.js [--events N] [--seeds N] [--first SEED] [--seed SEED] [--from FOLDER]`
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Clock } from './clock.js';
import { randomOf } from './random.js';
import { World } from './world.js';

const string = { type: 'string' };
const { values } = parseArgs({ options: { events: string, seeds: string, first: string, seed: string, from: string } });
const wall = performance.now.bind(performance);
const started = wall();
const from = pathToFileURL(`${resolve(values.from ?? new URL('../..', import.meta.url).pathname)}/`);
const clock = new Clock();
let random = randomOf(0);
clock.install(() => random.next());
const api = await import(new URL('js/api/index.js', from).href);
const { driverOf } = await import(new URL('js/api/protocol.js', from).href);

// Loads what is loaded once, in real time.
for (const prototype of [{}, { ping() {}, pong() {} }]) {
  const WebSocket = Object.assign(() => {}, { prototype });
  const protocol = new api.WebSocketCommunicationProtocol({ WebSocket });
  await protocol.callTool(null, 't', {}, {}).catch(() => {});
  await protocol.close();
}
clock.clear();

/** @type {World | undefined} */
let world;
const uncaught = (what) => (error) => world?.fail(`${what}: ${error?.stack ?? error}`);
process.on('uncaughtException', uncaught('an uncaught error'));
process.on('unhandledRejection', uncaught('an unhandled rejection'));

const first = Number(values.seed ?? values.first ?? 1);
const mostSeeds = values.seed ? 1 : Number(values.seeds ?? Infinity);
const mostEvents = Number(values.events ?? (values.seeds || values.seed ? Infinity : 1_000_000));
let worlds = 0;
let calls = 0;
let left = 0;
for (; worlds < mostSeeds && clock.events < mostEvents && !process.exitCode; worlds += 1) {
  const seed = first + worlds;
  random = randomOf(seed);
  clock.now = 1000; // the same world again, whatever came before it
  world = new World(seed, { random, clock, api, driverOf });
  const failure = await world.run();
  calls += world.calls;
  left += world.left;
  if (failure) {
    console.log(`Seed ${seed}, after ${clock.events} events: ${failure}`);
    console.log(`Again: npm run simulate -- --package --seed ${seed}`);
    process.exitCode = 1;
  }
}
const seconds = (wall() - started) / 1000;
console.log(
  `${worlds} worlds, ${calls} calls, ${left} of them left with a message, ${clock.events} events in ${seconds.toFixed(1)} s (${Math.round(clock.events / seconds)} a second)`,
);
