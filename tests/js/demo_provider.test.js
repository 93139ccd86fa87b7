// Checks the demo's provider over bare WebSockets, one wire format after the other. Must not use the package's own client,
// so that both sides are judged apart.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';

import { WebSocket } from 'ws';
import { startProvider } from '../../web-demo/server/provider.js';
import { connectTo } from '../support/frames.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** @type {Awaited<ReturnType<typeof startProvider>>} */
let provider;
before(async () => {
  provider = await startProvider();
});
after(() => provider.close());

/** @param {string} path @param {import('ws').ClientOptions} [options] */
const connect = (path, options) => connectTo(provider, path, options);

describe('the manual', () => {
  test('answers discovery with tools that have schemas, defaults and call templates', async () => {
    const { ask, socket } = await connect('/utcp');
    const manual = await ask({ type: 'utcp' });
    assert.equal(manual.utcp_version, '1.0.1');
    assert.ok(manual.tools.length >= 7);
    for (const tool of manual.tools) {
      assert.match(tool.name, /^[a-z_]+$/);
      assert.ok(tool.description.length > 20, tool.name);
      assert.equal(tool.inputs.type, 'object');
      assert.equal(tool.tool_call_template.call_template_type, 'websocket');
      assert.equal(new URL(tool.tool_call_template.url).hostname, new URL(provider.origin).hostname);
      for (const [name, schema] of Object.entries(tool.inputs.properties)) {
        assert.ok('default' in schema && schema.description, `${tool.name}.${name} needs a default and a description`);
      }
    }
    socket.close();
  });

  test('says what it takes when asked for something else', async () => {
    const { socket, closed } = await connect('/utcp');
    socket.send('manual?');
    assert.deepEqual(await closed, { code: 1008, reason: 'send {"type":"utcp"} for the manual' });
  });
});

describe('the handshake', () => {
  /**
   * @param {string} path
   * @param {import('ws').ClientOptions} [options]
   */
  const refusal = async (path, options) => {
    const socket = new WebSocket(`${provider.origin}${path}`, options);
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    return response.statusCode;
  };

  test('refuses unknown paths and pages of other sites', async () => {
    assert.equal(await refusal('/nothing'), 404);
    assert.equal(await refusal('/metrics', { origin: 'https://example.com' }), 403);
    assert.equal(await refusal('/metrics', { origin: 'http://localhost.example.com' }), 403);
    assert.equal(await refusal('/metrics', { origin: 'null' }), 403);
  });

  test('accepts pages of this machine', async () => {
    const { socket } = await connect('/metrics', { origin: 'http://localhost:8766' });
    socket.close();
  });

  test('refuses binary frames with a reason', async () => {
    const { socket, closed } = await connect('/metrics');
    socket.send(Buffer.from('{}'), { binary: true });
    assert.equal((await closed).code, 1003);
  });
});

describe('plain arguments', () => {
  test('reports the sections that were asked for', async () => {
    const { ask, socket } = await connect('/metrics');
    const all = await ask({});
    assert.deepEqual(Object.keys(all), ['time', 'cpu', 'memory', 'load', 'process', 'system']);
    const some = await ask({ sections: ['process', 'memory'] });
    assert.deepEqual(Object.keys(some), ['time', 'process', 'memory']);
    assert.equal(some.process.node, process.version);
    assert.ok(some.memory.total_bytes > some.memory.free_bytes);
    socket.close();
  });

  test('names the wrong argument', async () => {
    const { ask, socket } = await connect('/metrics');
    assert.deepEqual((await ask({ sections: ['disk'] })).error.field, 'sections');
    assert.match((await ask('[1]')).error.message, /the arguments must be a JSON object, got \[1\]/);
    assert.match((await ask('{"a":')).error.message, /not JSON/);
    socket.close();
  });
});

describe('object templates', () => {
  test('searches with ranking and snippets, and reads a hit', async () => {
    const { ask, socket } = await connect('/documents');
    const { ok, result } = await ask({ cmd: 'search', query: 'permessage-deflate compression', limit: '4' });
    assert.equal(ok, true);
    assert.equal(result.hits.length, 4);
    assert.ok(result.total >= 4 && result.searched > 50);
    const scores = result.hits.map((/** @type {any} */ hit) => hit.score);
    assert.deepEqual(
      scores,
      [...scores].sort((a, b) => b - a),
    );
    const [best] = result.hits;
    assert.deepEqual([best.title, best.source], ['WebSocket compression', 'ws/README.md']);
    assert.match(best.snippet, /permessage-deflate/);

    const { result: document } = await ask({ cmd: 'read', id: best.id });
    assert.equal(document.title, 'WebSocket compression');
    const lines = readFileSync(`${root}node_modules/ws/README.md`, 'utf8').split('\n');
    assert.equal(lines[document.line - 1], '## WebSocket compression');
    assert.ok(lines.includes(document.text.split('\n')[0]));
    socket.close();
  });

  test('names the wrong argument', async () => {
    const { ask, socket } = await connect('/documents');
    const problems = [
      [{ cmd: 'search', query: ' ', limit: 1 }, 'query'],
      [{ cmd: 'search', query: '!!', limit: 1 }, 'query'],
      [{ cmd: 'search', query: 'x', limit: 'UTCP_ARG_limit_UTCP_ARG' }, 'limit'],
      [{ cmd: 'search', query: 'x', limit: 51 }, 'limit'],
      [{ cmd: 'read', id: 'nowhere:1' }, 'id'],
      [{ cmd: 'toString' }, 'cmd'],
    ];
    for (const [message, field] of problems) {
      const answer = await ask(message);
      assert.equal(answer.ok, false);
      assert.equal(answer.error.field, field, JSON.stringify(message));
    }
    socket.close();
  });
});

describe('JSON-RPC 2.0', () => {
  /** @param {string} method @param {unknown} [params] @param {unknown} [id] */
  const request = (method, params, id = 'r1') => ({ jsonrpc: '2.0', id, method, params });

  test('answers each request with its id', async () => {
    const { ask, socket } = await connect('/jsonrpc');
    const info = await ask(request('package_info', { name: 'ws' }));
    assert.equal(info.id, 'r1');
    assert.equal(info.result.name, 'ws');
    assert.equal(info.result.version, JSON.parse(readFileSync(`${root}node_modules/ws/package.json`, 'utf8')).version);
    assert.ok(info.result.files > 5 && info.result.bytes > 50_000);

    const list = await ask(request('list_packages', { filter: 'ws' }, 7));
    assert.equal(list.id, 7);
    assert.ok(list.result.packages.some((/** @type {any} */ one) => one.name === 'ws'));

    const text = 'Äpfel und Birnen\nund äpfel 👍';
    const { result } = await ask(request('text_statistics', { text }));
    assert.deepEqual(result, {
      characters: 28,
      utf8_bytes: Buffer.byteLength(text),
      lines: 2,
      words: 5,
      different_words: 3,
      most_frequent: [
        { word: 'und', count: 2 },
        { word: 'äpfel', count: 2 },
        { word: 'birnen', count: 1 },
      ],
    });
    socket.close();
  });

  test('answers batches, and notifications with nothing', async () => {
    const { ask, socket } = await connect('/jsonrpc');
    const statistics = request('text_statistics', { text: 'one two' });
    const batch = await ask([statistics, { ...statistics, id: undefined }, { ...statistics, id: 2 }]);
    assert.deepEqual(
      batch.map((/** @type {any} */ one) => [one.id, one.result.words]),
      [
        ['r1', 2],
        [2, 2],
      ],
    );
    socket.send(JSON.stringify({ ...statistics, id: undefined }));
    assert.equal((await ask({ ...statistics, id: 'after' })).id, 'after');
    socket.close();
  });

  test('uses the error codes of the standard', async () => {
    const { ask, socket } = await connect('/jsonrpc');
    const problems = [
      ['{"jsonrpc"', null, -32700],
      [{ id: 1, method: 'x' }, null, -32600],
      [[], null, -32600],
      [request('constructor', {}), 'r1', -32601],
      [request('package_info', {}), 'r1', -32602],
      [request('package_info', [1]), 'r1', -32602],
      [request('package_info', { name: '../..' }), 'r1', -32602],
      [request('package_info', { name: 'not-installed-here' }), 'r1', -32602],
    ];
    for (const [message, id, code] of problems) {
      const answer = await ask(message);
      assert.deepEqual([answer.id, answer.error.code], [id, code], JSON.stringify(message));
      assert.ok(answer.error.message.length > 10);
    }
    socket.close();
  });
});

describe('text lines', () => {
  test('reads sensors and says what is wrong', async () => {
    const { socket, next } = await connect('/device');
    /** @param {string} line */
    const say = async (line) => {
      socket.send(line);
      return (await next()).text;
    };
    const list = await say('LIST');
    assert.match(list, /^OK cpu cores load memory /);
    for (const name of list.split(' ').slice(1)) assert.match(await say(`GET ${name}`), /^OK \w+ \d+(\.\d+)? \w+$/);
    assert.equal(await say('GET disk'), 'ERR no sensor "disk"; LIST names them');
    assert.equal(await say('SET load 1'), 'ERR usage: LIST | GET <sensor>');
    socket.close();
  });
});

describe('binary answers', () => {
  /** @param {Buffer} png */
  const readPng = (png) => {
    assert.deepEqual([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
    const chunks = new Map();
    for (let at = 8; at < png.length; ) {
      const length = png.readUInt32BE(at);
      chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
      at += length + 12;
    }
    assert.deepEqual([...chunks.keys()], ['IHDR', 'IDAT', 'IEND']);
    const width = chunks.get('IHDR').readUInt32BE(0);
    const height = chunks.get('IHDR').readUInt32BE(4);
    assert.equal(inflateSync(chunks.get('IDAT')).length, height * (width * 3 + 1));
    return { width, height };
  };

  test('draws every chart in the size that was asked for', async () => {
    const { socket, next } = await connect('/chart');
    for (const kind of ['cores', 'cpu', 'memory', 'file_sizes']) {
      socket.send(JSON.stringify({ kind, width: 320, height: 150 }));
      const { bytes, isBinary } = await next();
      assert.equal(isBinary, true);
      assert.deepEqual(readPng(bytes), { width: 320, height: 150 }, kind);
    }
    socket.close();
  });

  test('answers a mistake in text', async () => {
    const { ask, socket } = await connect('/chart');
    assert.equal((await ask({ width: 10 })).error.field, 'width');
    assert.equal((await ask({ kind: 'pie' })).error.field, 'kind');
    assert.equal((await ask({ kind: 'file_sizes', folder: '../src' })).error.field, 'folder');
    socket.close();
  });
});

describe('streams', () => {
  /** @param {object} message */
  const run = async (message) => {
    const { ask, json, socket } = await connect('/job');
    const frames = [await ask(message)];
    while (frames.at(-1).type === 'tool_response') frames.push(await json());
    socket.close();
    return frames;
  };

  test('hashes a folder with progress, a summary and an end', async () => {
    const frames = await run({ job: 'hash_folder', args: { folder: 'ws' } });
    assert.deepEqual(frames.pop(), { type: 'stream_end' });
    const results = frames.map((frame) => frame.result);
    const { digest, ...summary } = results.pop();
    const lines = results.map((item) => `${item.digest}  ${item.file}\n`).join('');
    assert.equal(digest, createHash('sha256').update(lines).digest('hex'));
    assert.deepEqual(summary, {
      finished: true,
      folder: 'ws',
      algorithm: 'sha256',
      files: results.length,
      bytes: results.at(-1).bytes,
    });
    const percents = results.map((item) => item.percent);
    assert.deepEqual(
      percents,
      [...percents].sort((a, b) => a - b),
    );
    assert.equal(percents.at(-1), 100);
    const readme = results.find((item) => item.file === 'README.md');
    const bytes = readFileSync(`${root}node_modules/ws/README.md`);
    assert.equal(readme.digest, createHash('sha256').update(bytes).digest('hex'));

    const right = await run({ job: 'verify_folder', args: { folder: 'ws', expected: digest } });
    assert.deepEqual(right.at(-1), { type: 'stream_end' });
    const wrong = await run({ job: 'verify_folder', args: { folder: 'ws', expected: '0'.repeat(64) } });
    assert.ok(wrong.length > 5, 'fails after some progress');
    assert.equal(wrong.at(-1).type, 'tool_error');
    assert.match(wrong.at(-1).error, new RegExp(`the digest of "ws" is ${digest}, expected was 0{64}`));
  });

  test('does not flood with progress', async () => {
    const frames = await run({ job: 'hash_folder', args: { folder: 'typescript/lib', algorithm: 'sha1' } });
    assert.ok(frames.length < 60, `${frames.length} frames`);
  });

  test('fails with tool_error', async () => {
    const problems = [
      [{ job: 'hash_folder', args: { folder: 'no-such-folder' } }, /no folder "no-such-folder"/],
      [{ job: 'hash_folder', args: { folder: '..' } }, /no folder "\.\."/],
      [{ job: 'hash_folder', args: { folder: '/etc' } }, /no folder "\/etc"/],
      [{ job: 'hash_folder', args: { folder: 'ws/package.json' } }, /is a file/],
      [{ job: 'hash_folder', args: { folder: 'ws', algorithm: 'crc' } }, /"algorithm" must be one of sha256/],
      [{ job: 'verify_folder', args: { folder: 'ws', expected: 'x' } }, /64 hexadecimal digits/],
      [{ job: 'mine' }, /"job" must be one of/],
    ];
    for (const [message, expected] of problems) {
      const [frame] = await run(/** @type {object} */ (message));
      assert.equal(frame.type, 'tool_error');
      assert.match(frame.error, /** @type {RegExp} */ (expected));
    }
  });

  test('subscribes until the caller leaves, and again on the same connection', async () => {
    const { ask, json, socket, closed } = await connect('/subscription');
    const first = await ask({ subscribe: 'metrics', interval_ms: 20 });
    assert.deepEqual(Object.keys(first), ['number', 'time', 'cpu', 'memory', 'load']);
    assert.equal((await json()).number, 2);
    socket.send(JSON.stringify({ subscribe: 'metrics', interval_ms: 20 }));
    let number;
    do ({ number } = await json());
    while (number !== 1);
    assert.equal((await json()).number, 2);
    socket.close();
    await closed;
    const refused = await connect('/subscription');
    assert.match((await refused.ask({ subscribe: 'metrics', interval_ms: 1 })).error, /from 20 to 60000, got 1/);
    refused.socket.close();
  });
});

test('closing ends every connection and frees the port', async () => {
  const own = await startProvider();
  const socket = new WebSocket(`${own.origin}/subscription`);
  await once(socket, 'open');
  socket.send('{"subscribe":"metrics","interval_ms":20}');
  await once(socket, 'message');
  const closed = once(socket, 'close');
  await own.close();
  await closed;
  assert.equal(own.wss.clients.size, 0);
  const again = await startProvider({ port: Number(new URL(own.url).port) });
  const third = await startProvider({ port: Number(new URL(own.url).port), fallback: true });
  assert.notEqual(third.url, again.url);
  await assert.rejects(startProvider({ port: Number(new URL(own.url).port) }), { code: 'EADDRINUSE' });
  await Promise.all([again.close(), third.close()]);
});
