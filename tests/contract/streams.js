// The contract on streams: their items, how they end, leaving them, consumers that are slower than the peer.
import { collect, equal, fails, same } from './assert.js';
import { pattern } from './calls.js';

export const streams = [
  {
    name: 'items come one by one until the peer says that it was the last',
    async run(bench) {
      const stream = bench.protocol().callToolStreaming(null, 'm.t', {}, bench.at('count', { to: 5 }).template());
      same(await collect(stream), [1, 2, 3, 4, 5]);
    },
  },
  {
    name: 'items are text, JSON and bytes as the peer sends them',
    async run(bench) {
      const mixed = bench.at('mixed').template({ response_format: 'json' });
      const items = await collect(bench.protocol().callToolStreaming(null, 'm.t', {}, mixed));
      same(items, ['tèxt', { a: 1 }, [1, 2], pattern(3)]);
    },
  },
  {
    name: 'a large item of a stream comes whole',
    async run(bench) {
      const size = 2 ** 20;
      const items = await collect(
        bench.protocol().callToolStreaming(null, 'm.t', {}, bench.at('large', { size }).template()),
      );
      equal(items.length, 1);
      equal(items[0].text === 'é漢'.repeat(size / 5), true, 'the text is the same');
    },
  },
  {
    name: 'a stream ends where the peer closes with 1000, and throws for any other code',
    async run(bench) {
      const protocol = bench.protocol();
      const leaving = (code) =>
        protocol.callToolStreaming(null, 'm.t', {}, bench.at('count', { to: 2, code }).template());
      same(await collect(leaving(1000)), [1, 2]);
      const items = [];
      const reading = (async () => {
        for await (const item of leaving(1011)) items.push(item);
      })();
      await fails(reading, { name: 'WebSocketClosedError', closeCode: 1011, reason: 'count' });
      same(items, [1, 2]);
    },
  },
  {
    name: 'an error of the tool throws after the items before it',
    async run(bench) {
      const failing = bench.at('count', { to: 1, error: 'no more' }).template();
      const stream = bench.protocol().callToolStreaming(null, 'm.t', {}, failing);
      equal((await stream.next()).value, 1);
      await fails(stream.next(), { name: 'ToolError', detail: 'no more' });
    },
  },
  {
    name: 'leaving the loop early closes the connection, and nothing of the stream reaches the next call',
    async run(bench) {
      const endless = bench.at('endless');
      const protocol = bench.protocol();
      for await (const item of protocol.callToolStreaming(null, 'm.t', {}, endless.template())) {
        equal(item, 1);
        break;
      }
      const { closings } = await endless.seen({ closings: 1 });
      same(
        closings.map(({ code }) => code),
        [1000],
      );
      equal(await protocol.callTool(null, 'm.t', {}, endless.template({ message: 'echo' })), 'echo');
    },
  },
  {
    name: 'a peer that is faster than the consumer is held back',
    needs: 'pausing',
    async run(bench) {
      equal((await readSlowly(bench)).length, 200);
    },
    async without(bench) {
      await fails(readSlowly(bench), { name: 'WebSocketOverflowError', code: 'stream_overflow' });
    },
  },
];

/** Takes the items of a stream only after all were sent, or as many as fit. */
async function readSlowly(bench) {
  const flood = bench.at('flood', { items: 200, size: 50_000 });
  const protocol = bench.protocol({ limits: { streamItems: 20 } });
  const stream = protocol.callToolStreaming(null, 'm.t', {}, flood.template());
  const items = [(await stream.next()).value];
  // The peer sends all it can; a host that cannot stop reading takes it all.
  if (bench.can('pausing')) await flood.seen({ opened: 1 });
  else await flood.seen({ closings: 1 });
  for await (const item of stream) items.push(item);
  return items;
}
