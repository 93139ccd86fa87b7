// The contract on ends: aborts, timeouts, what the peer closes, what the protocol closes.
import { equal, fails, ok, same } from './assert.js';

export const closing = [
  {
    name: 'an abort rejects a call with its reason, and its late answer reaches nobody',
    async run(bench) {
      const late = bench.at('late');
      const protocol = bench.protocol();
      const aborter = new AbortController();
      const reason = new Error('enough');
      const call = protocol.callTool(null, 'm.t', {}, late.template({ message: 'first' }), { signal: aborter.signal });
      await late.seen({ texts: 1 });
      aborter.abort(reason);
      equal(await call.catch((error) => error), reason);
      equal(await protocol.callTool(null, 'm.t', {}, late.template({ message: 'second' })), 'second');
      await late.seen({ closings: 1 });
    },
  },
  {
    name: 'an abort ends a stream with its reason and closes the connection',
    async run(bench) {
      const endless = bench.at('endless');
      const aborter = new AbortController();
      const { signal } = aborter;
      const stream = bench.protocol().callToolStreaming(null, 'm.t', {}, endless.template(), { signal });
      equal((await stream.next()).value, 1);
      aborter.abort();
      await fails(stream.next(), { name: 'AbortError' });
      await endless.seen({ closings: 1 });
    },
  },
  {
    name: 'an abort ends an opening that nobody answers',
    async run(bench) {
      const stuck = bench.at('stuck');
      const aborter = new AbortController();
      const call = bench.protocol().callTool(null, 'm.t', {}, stuck.template(), { signal: aborter.signal });
      await stuck.seen({ requests: 1 });
      aborter.abort();
      await fails(call, { name: 'AbortError' });
    },
  },
  {
    name: 'a peer that does not answer: WebSocketTimeoutError "response"',
    async run(bench) {
      await fails(bench.call(bench.at('silent').template({ response_timeout: 0.1 })), {
        name: 'WebSocketTimeoutError',
        code: 'response_timeout',
        timeout: 'response',
      });
    },
  },
  {
    name: 'a peer that does not open: WebSocketTimeoutError "connection"',
    async run(bench) {
      await fails(bench.call(bench.at('stuck').template({ connection_timeout: 0.1 })), {
        name: 'WebSocketTimeoutError',
        code: 'connection_timeout',
        timeout: 'connection',
      });
    },
  },
  {
    name: 'a peer that closes before the answer: WebSocketClosedError with code and reason',
    async run(bench) {
      const protocol = bench.protocol();
      for (const [code, reason] of [
        [1000, ''],
        [1001, 'away'],
        [1008, 'polìcy'],
        [1011, 'crash'],
        [3000, 'x'],
        [4401, 'who?'],
      ]) {
        const template = bench.at('close', { code, reason }).template();
        const wanted = {
          name: 'WebSocketClosedError',
          code: 'connection_closed',
          closeCode: code,
          reason,
          wasClean: true,
        };
        const error = await fails(protocol.callTool(null, 'm.t', {}, template), wanted);
        ok(error instanceof bench.library.WebSocketClosedError, 'it is of the class that the package exports');
      }
    },
  },
  {
    name: 'a connection that breaks: WebSocketClosedError with 1006',
    async run(bench) {
      await fails(bench.call(bench.at('break').template()), {
        name: 'WebSocketClosedError',
        closeCode: 1006,
        wasClean: false,
      });
    },
  },
  {
    name: 'a message that has been sent is not sent again',
    async run(bench) {
      const broken = bench.at('break');
      await fails(bench.call(broken.template(), { n: 1 }), { name: 'WebSocketClosedError' });
      const { texts, opened } = await broken.seen({ closings: 1 });
      same([texts, opened], [['{"n":1}'], 1]);
    },
  },
  {
    name: 'close() rejects what is in flight, closes with 1000, and the protocol goes on afterwards',
    async run(bench) {
      const late = bench.at('late');
      const protocol = bench.protocol();
      const call = fails(protocol.callTool(null, 'm.t', {}, late.template({ message: 'first' })), {
        name: 'ProtocolClosedError',
        code: 'protocol_closed',
      });
      await late.seen({ texts: 1 });
      await protocol.close();
      await call;
      same(
        (await late.seen({ closings: 1 })).closings.map(({ code }) => code),
        [1000],
      );
      equal(await protocol.callTool(null, 'm.t', {}, late.template({ message: 'second' })), 'second');
    },
  },
  {
    name: "deregisterManual closes what the manual's tools opened",
    async run(bench) {
      const echo = bench.at('echo');
      const protocol = bench.protocol();
      await protocol.callTool(null, 'm.t', {}, echo.template());
      await protocol.deregisterManual(null, echo.template());
      const { closings } = await echo.seen({ closings: 1 });
      equal(closings[0].code, 1000);
    },
  },
];
