// Owns graphql-transport-ws, as the library graphql-ws speaks it. Knows nothing of UTCP.

import { setTimeout as wait } from 'node:timers/promises';

import { buildSchema } from 'graphql';
import { makeServer } from 'graphql-ws';

import { InputError } from '../tools/errors.js';
import { systemMetrics } from '../tools/metrics.js';
import { listPackages } from '../tools/packages.js';

const schema = buildSchema(`
  type Query { packages(filter: String! = ""): [Package!]! }
  type Package { name: String!, version: String }
  type Subscription { readings(intervalMs: Int! = 250): Reading! }
  type Reading { number: Int!, cpuPercent: Float!, memoryPercent: Float!, load: Float! }
`);

/**
 * @param {import('../tools/metrics.js').Sampler} sampler
 * @param {number} interval
 * @param {AbortSignal} signal
 */
async function* readings(sampler, interval, signal) {
  if (interval < 20) throw new InputError('intervalMs must be at least 20', 'intervalMs');
  for (let number = 1; !signal.aborted; number++) {
    const { cpu, memory, load } = /** @type {any} */ (systemMetrics(sampler, { sections: ['cpu', 'memory', 'load'] }));
    const { busy_percent: cpuPercent } = cpu;
    yield { readings: { number, cpuPercent, memoryPercent: memory.used_percent, load: load.one_minute } };
    await wait(interval, undefined, { signal }).catch(() => {});
  }
}

/** @type {import('./frames.js').Format} */
export function graphql(socket, { sampler }) {
  const left = new AbortController();
  const server = makeServer({
    schema,
    roots: {
      query: /** @type {any} */ ({
        packages: async (/** @type {{ filter: string }} */ { filter }) =>
          /** @type {any} */ (await listPackages(filter)).packages,
      }),
      subscription: /** @type {any} */ ({
        readings: (/** @type {{ intervalMs: number }} */ { intervalMs }) => readings(sampler, intervalMs, left.signal),
      }),
    },
  });
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (data) =>
        new Promise((resolve, reject) => socket.send(data, (error) => (error ? reject(error) : resolve()))),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => socket.on('message', (data) => handle(String(data)).catch(() => socket.close(1011))),
    },
    {},
  );
  socket.once('close', (code, reason) => {
    left.abort();
    void closed(code, String(reason));
  });
}
