// Runs the contract in hosts, two at a time, against one server.
import { hosts } from './hosts.js';
import { startContractServer } from './server.js';
import { stageProject } from './stage.js';

/** How many hosts run at the same time. */
const LANES = 2;

/**
 * @typedef {object} HostRun
 * @property {import('./hosts.js').Host} host
 * @property {string} version empty where it did not run
 * @property {import('../contract/contract.js').Result[]} results
 * @property {unknown} error why there are none
 * @property {number} seconds
 */

/**
 * Starts the runs.
 * @returns {{ setUp: ReturnType<typeof setUpRuns>, runs: Promise<HostRun>[], close: () => Promise<void> }} in the order of the hosts; `close` waits for them
 */
export function runHosts() {
  const setUp = setUpRuns();
  /** What each lane does last. @type {Promise<unknown>[]} */
  const lanes = new Array(LANES).fill(Promise.resolve());
  const runs = hosts.map((host, i) => {
    const run = lanes[i % LANES].then(() => runHost(host, `host${i}`, setUp));
    lanes[i % LANES] = run;
    return run;
  });
  return {
    setUp,
    runs,
    async close() {
      await Promise.allSettled(runs);
      const [server, { remove }] = await setUp;
      await server.close();
      remove();
    },
  };
}

/** The server comes last: what fails before leaves nothing behind. @returns {Promise<[any, any]>} */
async function setUpRuns() {
  const project = await stageProject();
  return [await startContractServer(), project];
}

/** @param {import('./hosts.js').Host} host @param {string} id @param {Promise<[any, any]>} setUp @returns {Promise<HostRun>} */
async function runHost(host, id, setUp) {
  const [server, { project, bare }] = await setUp;
  const setting = { server: server.url, host: id, cannot: host.cannot, absent: host.absent };
  const start = performance.now();
  const done = await host.launch({ project, bare, setting }).catch((error) => ({ version: '', results: [], error }));
  return { host, error: undefined, ...done, seconds: (performance.now() - start) / 1000 };
}
