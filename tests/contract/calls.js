// The contract on calls: discovery, results in their formats, large ones, sharing connections, events.
import { equal, fails, ok, same } from './assert.js';

const MiB = 2 ** 20;

/** @param {number} length @returns {Uint8Array} the bytes that the server sends for it */
export const pattern = (length) => Uint8Array.from({ length }, (_, i) => i % 251);

export const calls = [
  {
    name: 'registerManual discovers tools, which are called by their templates',
    async run(bench) {
      const protocol = bench.protocol();
      const { manual, success, errors } = await protocol.registerManual(null, bench.at('manual').template());
      same([success, errors], [true, []]);
      same(
        manual.tools.map(({ name }) => name),
        ['echo', 'count'],
      );
      same(await protocol.callTool(null, 'm.echo', { a: [1] }, manual.tools[0].tool_call_template), { a: [1] });
    },
  },
  {
    name: 'registerManual says why where there is no manual',
    async run(bench) {
      const result = await bench
        .protocol()
        .registerManual(null, bench.at('close', { code: 1011, reason: 'x' }).template());
      equal(result.success, false);
      ok(result.errors.length === 1 && result.errors[0].includes('1011'), result.errors.join());
    },
  },
  {
    name: 'a result is text, or parsed for response_format "json"',
    async run(bench) {
      const echo = bench.at('echo');
      equal(await bench.call(echo.template(), { text: 'Größe 😀' }), '{"text":"Größe 😀"}');
      same(await bench.call(echo.template({ response_format: 'json' }), { n: [1.5] }), { n: [1.5] });
      equal(await bench.call(echo.template({ response_format: 'json', message: 'plain' })), 'plain');
      equal(await bench.call(echo.template({ message: 'GET UTCP_ARG_a_UTCP_ARG' }), { a: 'x' }), 'GET x');
    },
  },
  {
    name: 'a binary result is a Uint8Array, whatever its size',
    async run(bench) {
      const protocol = bench.protocol();
      for (const size of [0, 1, 125, 126, 65535, 65536]) {
        const result = await protocol.callTool(null, 'm.t', {}, bench.at('bytes', { size }).template());
        ok(result instanceof Uint8Array, `${size} bytes are a Uint8Array`);
        same(result, pattern(size), `${size} bytes`);
      }
    },
  },
  {
    name: 'a binary result of 4 MiB comes whole',
    async run(bench) {
      const size = 4 * MiB;
      const result = await bench.call(bench.at('bytes', { size }).template());
      equal(result.length, size);
      const wrong = result.findIndex((byte, i) => byte !== i % 251);
      equal(wrong, -1, 'the first wrong byte');
    },
  },
  {
    name: '1 MiB of text beyond ASCII there and back',
    async run(bench) {
      const text = 'aé漢😀'.repeat(MiB / 10); // 10 bytes each
      const echo = bench.at('echo');
      ok((await bench.call(echo.template(), { text })) === JSON.stringify({ text }), 'the text is the same');
      const parsed = await bench.call(echo.template({ response_format: 'json' }), { text });
      ok(parsed.text === text, 'the parsed text is the same');
    },
  },
  {
    name: 'calls with ids share a connection, and answers come in any order',
    async run(bench) {
      const reverse = bench.at('reverse', { of: 5 });
      const message = { id: '{{request_id}}', method: '{{tool_name}}', params: '{{args}}' };
      const template = reverse.template({ message, response_format: 'json', result_path: '/params/n' });
      const protocol = bench.protocol();
      const numbers = [1, 2, 3, 4, 5];
      same(await Promise.all(numbers.map((n) => protocol.callTool(null, 'm.t', { n }, template))), numbers);
      equal((await reverse.seen()).opened, 1);
    },
  },
  {
    name: 'calls without ids get their own answers, each over a connection of its own',
    async run(bench) {
      const together = bench.at('together', { of: 3 });
      const protocol = bench.protocol();
      const numbers = [1, 2, 3];
      const template = together.template({ message: 'UTCP_ARG_n_UTCP_ARG' });
      same(await Promise.all(numbers.map((n) => protocol.callTool(null, 'm.t', { n }, template))), ['1', '2', '3']);
      equal((await together.seen()).opened, 3);
    },
  },
  {
    name: 'a connection is used again, and replaced where the peer has closed it',
    async run(bench) {
      const leaving = bench.at('leaving', { after: 3 });
      const protocol = bench.protocol();
      const closed = new Promise((resolve) => protocol.addEventListener('close', resolve, { once: true }));
      for (const n of [1, 2, 3]) equal(await protocol.callTool(null, 'm.t', { n }, leaving.template()), `{"n":${n}}`);
      equal((await leaving.seen()).opened, 1);
      await closed;
      equal(await protocol.callTool(null, 'm.t', { n: 4 }, leaving.template()), '{"n":4}');
      equal((await leaving.seen()).opened, 2);
    },
  },
  {
    name: 'a tool that says it failed rejects with a ToolError',
    async run(bench) {
      const template = bench.at('echo').template({ response_format: 'json', error_path: '/error' });
      const error = await fails(bench.call(template, { error: { message: 'no such city' } }), {
        name: 'ToolError',
        code: 'tool_failed',
      });
      same(error.detail, { message: 'no such city' });
    },
  },
  {
    name: 'events follow a call from end to end, with secrets masked',
    async run(bench) {
      const protocol = bench.protocol();
      const events = [];
      for (const type of ['open', 'send', 'message', 'close']) {
        protocol.addEventListener(type, (event) => events.push(event));
      }
      const auth = { auth_type: 'api_key', api_key: 's3cret', location: 'query', var_name: 'key' };
      await protocol.callTool(null, 'm.t', {}, bench.at('echo').template({ auth }));
      await protocol.close();
      same(
        events.map(({ type }) => type),
        ['open', 'send', 'message', 'close'],
      );
      ok(
        events.every(({ endpoint }) => endpoint.startsWith('ws://127.0.0.1:')),
        'each names its endpoint',
      );
      ok(
        events.every(({ endpoint }) => !endpoint.includes('s3cret')),
        'no endpoint holds the key',
      );
      equal(events[1].requestId, events[2].requestId, 'the request id');
    },
  },
];
