// The contract on openings: refusals, retries, subprotocols, heartbeats.
import { equal, fails, same } from './assert.js';

const once = { retry: false };

export const handshake = [
  {
    name: 'a peer that hangs up: WebSocketConnectionError',
    async run(bench) {
      await fails(bench.call(bench.at('hangup').template(), {}, once), {
        name: 'WebSocketConnectionError',
        code: 'connection_failed',
        httpStatus: undefined,
      });
    },
  },
  {
    name: 'a failed opening is tried again',
    async run(bench) {
      const flaky = bench.at('flaky', { failures: 2 });
      const retry = { baseDelay: 0.01, maxDelay: 0.01 };
      equal(await bench.call(flaky.template(), { n: 1 }, { retry }), '{"n":1}');
      equal((await flaky.seen()).requests.length, 3);
    },
  },
  {
    name: 'a refused handshake tells its status, and is not tried again',
    needs: 'status',
    async run(bench) {
      for (const [status, name, code] of [
        [401, 'WebSocketAuthError', 'auth_failed'],
        [403, 'WebSocketAuthError', 'auth_failed'],
        [404, 'WebSocketConnectionError', 'handshake_refused'],
      ]) {
        const refuse = bench.at('refuse', { status });
        await fails(bench.call(refuse.template()), { name, code, httpStatus: status });
        const attempts = (await refuse.seen()).requests.length;
        // Node 24 and 26 ask once more by themselves after a 401, before they tell of it.
        equal(attempts === 1 || (status === 401 && attempts === 2), true, `${attempts} attempts at ${status}`);
      }
    },
    async without(bench) {
      for (const status of [401, 403, 404]) {
        const error = { name: 'WebSocketConnectionError', code: 'connection_failed', httpStatus: undefined };
        await fails(bench.call(bench.at('refuse', { status }).template(), {}, once), error);
      }
    },
  },
  {
    name: 'a subprotocol is offered, and has to be chosen',
    async run(bench) {
      const tools = bench.at('echo', { pick: 'tools' });
      equal(await bench.call(tools.template({ protocol: 'tools' })), '{}');
      same((await tools.seen()).requests[0].protocols, ['tools']);
    },
  },
  {
    name: 'a peer that chooses no subprotocol: WebSocketProtocolError',
    needs: 'mismatch',
    async run(bench) {
      await fails(bench.call(bench.at('echo').template({ protocol: 'tools' }), {}, once), {
        name: 'WebSocketProtocolError',
        code: 'subprotocol_mismatch',
      });
    },
    async without(bench) {
      await fails(bench.call(bench.at('echo').template({ protocol: 'tools' }), {}, once), {
        name: 'WebSocketConnectionError',
        code: 'connection_failed',
      });
    },
  },
  {
    name: 'a kept connection has a heartbeat of WebSocket pings',
    needs: 'pings',
    async run(bench) {
      const echo = bench.at('echo');
      await bench.call(echo.template({ ping_interval: 1 }));
      await echo.seen({ pings: 2 }); // so that the first one's pong was noticed
    },
    async without(bench) {
      const echo = bench.at('echo');
      await bench.call(echo.template({ ping_interval: 1, ping_message: 'ping' }));
      const { texts, pings } = await echo.seen({ texts: 2 });
      same([texts.slice(0, 2), pings], [['{}', 'ping'], 0]);
    },
  },
  {
    name: 'a peer that answers no heartbeat is left',
    async run(bench) {
      const message = { id: '{{request_id}}' };
      const heartbeat = { ping_interval: 0.05, ping_message: 'ping' };
      const template = bench.at('numb').template({ message, ...heartbeat, response_timeout: 15 });
      await fails(bench.call(template), { name: 'WebSocketClosedError', closeCode: 1006 });
    },
  },
];
