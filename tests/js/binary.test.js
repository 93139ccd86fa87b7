// Binary messages: what a template with `"message_format": "binary"` sends, what becomes of bytes elsewhere, and base64 of binary answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMessage } from '../../js/api/index.js';
import { collect, failure, newProtocol, startServer } from '../support/server.js';

/** Every frame that arrived, and whether it was binary. @type {(t: any, answer?: any) => Promise<any>} */
async function startRecorder(t, answer = (socket) => socket.send('done')) {
  const frames = [];
  const server = await startServer(t, () => {}, {
    onConnection(socket) {
      socket.on('message', (data, isBinary) => {
        frames.push([isBinary, [...data]]);
        answer(socket, data, isBinary);
      });
    },
  });
  return Object.assign(server, { frames });
}

const binary = { message: '{{args.audio}}', message_format: 'binary' };
const utf8 = (text) => [...Buffer.from(text)];

// First, while the module is loading.
test('a call has the bytes of its beginning, whatever it waits for', async (t) => {
  const server = await startRecorder(t);
  const protocol = newProtocol(t);
  const audio = new Uint8Array([1, 2, 3]);
  const args = { audio };
  const calls = [protocol.callTool(null, 'm.hear', args, server.template(binary))];
  audio.fill(9);
  args.audio = new Uint8Array([7]);
  assert.deepEqual(await Promise.all(calls), ['done']);
  const waiting = protocol.callTool(null, 'm.hear', args, server.template({ ...binary, url: `${server.url}other` }));
  args.audio.fill(8);
  await waiting;
  assert.deepEqual(server.frames, [
    [true, [1, 2, 3]],
    [true, [7]],
  ]);
});

test('an argument that is bytes goes out byte for byte', async (t) => {
  const server = await startRecorder(t);
  const protocol = newProtocol(t);
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  const large = Uint8Array.from({ length: 300_000 }, (_, i) => i * 7);
  const given = [
    [all, all],
    [all.buffer, all],
    [all.subarray(3, 9), all.subarray(3, 9)],
    [new DataView(all.buffer, 250), all.subarray(250)],
    [Buffer.from('Größe'), Buffer.from('Größe')],
    [new Uint16Array([0x0201]), new Uint8Array(new Uint16Array([0x0201]).buffer)],
    [new Uint8Array(), new Uint8Array()],
    [large, large],
  ];
  for (const [audio] of given)
    assert.equal(await protocol.callTool(null, 'm.hear', { audio }, server.template(binary)), 'done');
  assert.deepEqual(
    server.frames,
    given.map(([, bytes]) => [true, [...bytes]]),
  );
  const spelled = server.template({ ...binary, message: 'UTCP_ARG_audio_UTCP_ARG' });
  await protocol.callTool(null, 'm.hear', { audio: all }, spelled);
  assert.deepEqual(server.frames.at(-1), [true, [...all]]);
});

test('everything else goes out as the UTF-8 of its text', async (t) => {
  const server = await startRecorder(t);
  const protocol = newProtocol(t);
  for (const [message, args, text] of [
    ['{{args.audio}}', { audio: 'Größe 😀' }, 'Größe 😀'],
    ['{{args.audio}}', { audio: [1, { a: 2 }] }, '[1,{"a":2}]'],
    [{ id: '{{tool_name}}', q: '{{args.q}}' }, { q: 1 }, '{"id":"hear","q":1}'],
    [undefined, { a: 'é' }, '{"a":"é"}'],
    ['\ud800', {}, '\ufffd'],
  ]) {
    await protocol.callTool(null, 'm.hear', args, server.template({ message, message_format: 'binary' }));
    assert.deepEqual(server.frames.at(-1), [true, utf8(text)]);
  }
  await protocol.callTool(null, 'm.hear', { a: 1 }, server.template({ message_format: 'text' }));
  assert.deepEqual(server.frames.at(-1), [false, utf8('{"a":1}')]);
});

test('texts and bytes of one turn stay in order; the sizes that events tell are right', async (t) => {
  const server = await startRecorder(t, (socket, data) => data.length === 1 && data[0] === 5 && socket.send('last'));
  const protocol = newProtocol(t);
  const sizes = [];
  const text = server.template({ message: { n: '{{args.n}}' }, expected_responses: 0 });
  const bytes = server.template({ ...binary, expected_responses: 0 });
  await protocol.callTool(null, 'm.hear', { audio: new Uint8Array(9) }, bytes); // it is open
  protocol.addEventListener('send', ({ size }) => sizes.push(size));
  const last = server.template(binary);
  await Promise.all([
    protocol.callTool(null, 'm.hear', { audio: new Uint8Array([1, 1]) }, bytes),
    protocol.callTool(null, 'm.hear', { audio: 'ab' }, server.template({ message: 'ab', expected_responses: 0 })),
    protocol.callTool(null, 'm.hear', { n: 3 }, text),
    protocol.callTool(null, 'm.hear', { audio: new Uint8Array(4) }, bytes),
    protocol.callTool(null, 'm.hear', { audio: new Uint8Array([5]) }, last),
  ]);
  assert.equal(server.opened, 1);
  assert.deepEqual(
    server.frames.slice(1).map(([isBinary, data]) => [isBinary, data.length]),
    sizes.map((size, i) => [i !== 1 && i !== 2, size]),
  );
  assert.deepEqual(sizes, [2, 2, 7, 4, 1]);
});

for (const [what, args, path, template] of [
  ['the arguments are the message', { audio: new Uint8Array([1]) }, 'arguments.audio', {}],
  ['they are, and the bytes are an ArrayBuffer', { audio: new ArrayBuffer(2) }, 'arguments.audio', {}],
  ['they are, and there are no bytes', { audio: new Uint8Array() }, 'arguments.audio', {}],
  ['it stands in JSON', { audio: new Uint8Array([1]) }, 'arguments.audio', { message: { a: '{{args.audio}}' } }],
  ['it stands in text', { audio: Buffer.from('a') }, 'arguments.audio', { message: 'UTCP_ARG_audio_UTCP_ARG' }],
  ['all stand in JSON', { audio: new DataView(new ArrayBuffer(1)) }, 'arguments.audio', { message: '[{{args}}]' }],
  ['they are spread', { audio: new Uint8Array([1]) }, 'arguments.audio', { message: { '...': '{{args}}' } }],
  [
    'more than it stands in a binary message',
    { audio: new Uint8Array([1]) },
    'arguments.audio',
    { message: ' {{args.audio}}', message_format: 'binary' },
  ],
  ['it is deep in an argument', { a: [{ b: new Float32Array([1]) }] }, 'arguments.a[0].b', {}],
  [
    'it is deep in the argument of a binary message',
    { audio: { b: new Uint8Array([1]) } },
    'arguments.audio.b',
    binary,
  ],
  ['it goes into a header', { audio: new Uint8Array([1]) }, 'arguments.audio', { ...binary, header_fields: ['audio'] }],
  [
    'it goes into a leave message',
    { audio: new Uint8Array([1]) },
    'arguments.audio',
    { ...binary, leave_message: '{{args.audio}}' },
  ],
]) {
  test(`bytes are refused where ${what}`, async (t) => {
    const server = await startRecorder(t);
    const protocol = newProtocol(t);
    for (let round = 0; round < 2; round += 1) {
      const error = await failure(protocol.callTool(null, 'm.hear', args, server.template(template)));
      assert.ok(error instanceof TypeError, String(error));
      assert.ok(
        error.message.startsWith(
          `${path} is bytes, which JSON cannot hold: pass a text, or set "message_format" to "base64", or to "binary"`,
        ),
        error.message,
      );
    }
    assert.equal(server.opened, 0);
  });
}

test('bytes that no message takes hinder nobody; a list of bytes and what renders texts refuse them', async (t) => {
  const server = await startRecorder(t);
  const protocol = newProtocol(t);
  const audio = new Uint8Array([1]);
  assert.equal(
    await protocol.callTool(null, 'm.hear', { audio, q: 1 }, server.template({ message: '{{args.q}}' })),
    'done',
  );
  const list = await failure(protocol.callTool(null, 'm.hear', [audio], server.template({ message: '[{{args}}]' })));
  assert.ok(list instanceof TypeError && list.message.startsWith('arguments[0] is bytes'), list.message);
  assert.throws(() => renderMessage('{{args.audio}}', { audio }), TypeError);
  // Objects that only look like bytes are none.
  assert.equal(renderMessage(null, { a: { 0: 1 }, b: {} }), '{"a":{"0":1},"b":{}}');
});

test('base64: binary frames as text, texts as they are', async (t) => {
  const bytes = Buffer.from(Uint8Array.from({ length: 100_001 }, (_, i) => i * 31));
  const server = await startServer(t, (socket, text) => {
    for (const size of JSON.parse(text).sizes) socket.send(size < 0 ? 'text' : bytes.subarray(0, size));
  });
  const protocol = newProtocol(t);
  const sizes = [0, 1, 2, 3, 255, 65_536, 100_001, -1];
  const wanted = sizes.map((size) => (size < 0 ? 'text' : bytes.subarray(0, size).toString('base64')));
  const template = server.template({ response_format: 'base64' });
  for (const [i, size] of sizes.entries()) {
    assert.equal(await protocol.callTool(null, 'm.see', { sizes: [size] }, template), wanted[i]);
  }
  const many = server.template({ response_format: 'base64', expected_responses: sizes.length });
  assert.deepEqual(await protocol.callTool(null, 'm.see', { sizes }, many), wanted);
  assert.deepEqual(await collect(protocol.callToolStreaming(null, 'm.see', { sizes }, many)), wanted);
});

test('a discovery message is text, also of a template that sends binary ones', async (t) => {
  const manual = JSON.stringify({ utcp_version: '1.0.1', manual_version: '1', tools: [] });
  const server = await startRecorder(t, (socket) => socket.send(manual));
  const { success, errors } = await newProtocol(t).registerManual(null, { name: 'm', ...server.template(binary) });
  assert.ok(success, String(errors));
  assert.deepEqual(server.frames, [[false, utf8('{"type":"utcp"}')]]);
});

test('an unknown format is refused', async (t) => {
  const server = await startRecorder(t);
  for (const field of ['message_format', 'response_format']) {
    const error = await failure(newProtocol(t).callTool(null, 'm.t', {}, server.template({ [field]: 'hex' })));
    assert.deepEqual([error.code, error.field], ['invalid_call_template', field]);
  }
});
