// The vectors of single fields (tests/vectors), each a file, against a server; the core and the native client run the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { ready } from '../../js/api/index.js';
import { exactly } from '../support/secrets.js';
import { failure, newProtocol, startServer } from '../support/server.js';

const vectors = (field) => JSON.parse(readFileSync(new URL(`../vectors/${field}.json`, import.meta.url), 'utf8'));
const name = ({ message, template, frames }) => JSON.stringify([message ?? template, frames]).slice(0, 160);
before(() => ready?.());

test('spread: what goes out', async (t) => {
  const server = await startServer(t, (socket) => socket.send('done'));
  const protocol = newProtocol(t);
  for (const one of vectors('spread')) {
    const { message, args = {}, missing_arguments, expect, text, error, refused } = one;
    const call = protocol.callTool(null, 'm.tool', args, server.template({ message, missing_arguments }));
    if (refused) {
      const thrown = await failure(call);
      assert.deepEqual([thrown.code, thrown.field], ['invalid_call_template', 'message'], name(one));
    } else if (error === 'arguments') {
      const thrown = await failure(call);
      assert.match(thrown.message, /^arguments must be an object, not an array/, name(one));
      assert.ok(thrown instanceof TypeError || thrown.code === 'invalid_argument', name(one));
    } else if (error) {
      assert.equal((await failure(call)).code, error, name(one));
    } else {
      assert.equal(await call, 'done', name(one));
      const sent = server.received.at(-1);
      if (text) assert.equal(sent, text);
      else assert.deepEqual(JSON.parse(sent), expect, name(one));
    }
  }
});

test('placeholders: a field that has no value for one says where it belongs', async (t) => {
  const protocol = newProtocol(t);
  for (const { template, field, places } of vectors('placeholder_places')) {
    if (!field) continue;
    const error = await failure(protocol.callTool(null, 'm.tool', {}, { name: 'm', ...template }));
    assert.deepEqual([error.code, error.field], ['invalid_call_template', field], JSON.stringify(template));
    if (places) assert.ok(error.message.endsWith(`; it is allowed in ${places.join(', ')}`), error.message);
  }
});

for (const field of ['result_default', 'stream_end_item']) {
  for (const one of vectors(field)) test(`${field}: ${name(one)}`, (t) => answered(t, one));
}

for (const one of vectors('discovery').filter(({ no_answer }) => !no_answer)) {
  test(`discovery: ${JSON.stringify(one.says ?? one.template)}`, (t) => discovered(t, one));
}

/** Asks for a manual; the server tells what the vector says of it. */
async function discovered(t, { template, answer, tools, left_out, refused, field }) {
  const server = await startServer(t, (socket, text) =>
    socket.send(text === '{"hello":1}' ? '{"ok":true}' : JSON.stringify(answer)),
  );
  const here = (value) => JSON.parse(JSON.stringify(value).replaceAll('wss://h.example/', server.url));
  const { success, manual, errors, error } = await newProtocol(t).registerManual(null, exactly(here(template)));
  if (field) {
    assert.deepEqual([error.field, server.opened], [field, 0]);
  } else if (refused) {
    assert.equal(error.code, 'invalid_manual');
    assert.match(errors[0], new RegExp(refused));
  } else {
    assert.deepEqual([success, manual.tools], [true, here(tools)]);
    assert.equal(errors.length, left_out.length);
    for (const [i, reason] of left_out.entries()) assert.ok(errors[i].includes(reason), errors[i]);
  }
}

/** Sends the frames of a vector for a call, and compares what the caller gets. */
async function answered(t, { template, frames, stream, many, args = {}, results = [], error, field }) {
  let id = '';
  const server = await startServer(t, (socket, text) => {
    id = text.startsWith('{') ? JSON.parse(text).id : '';
    for (const frame of frames) {
      socket.send((typeof frame === 'string' ? frame : JSON.stringify(frame)).replaceAll('$id', id));
    }
  });
  const protocol = newProtocol(t);
  const used = server.template(template);
  const wanted = () => JSON.parse(JSON.stringify(results).replaceAll('$id', id));
  if (field) {
    assert.equal((await failure(protocol.callTool(null, 'm.tool', args, used))).field, field);
  } else if (stream) {
    const items = [];
    const read = async () => {
      for await (const item of protocol.callToolStreaming(null, 'm.tool', args, used)) items.push(item);
    };
    if (error) assert.equal((await failure(read())).code, error);
    else await read();
    assert.deepEqual(items, wanted());
  } else if (error) {
    assert.equal((await failure(protocol.callTool(null, 'm.tool', args, used))).code, error);
  } else {
    const result = await protocol.callTool(null, 'm.tool', args, used);
    assert.deepEqual(many ? result : [result], wanted());
  }
}

test('a stream whose end is an item leaves its connection to the next call', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('{"n":1}');
    socket.send('{"n":2,"done":true}');
  });
  const protocol = newProtocol(t);
  const template = server.template({ stream_end: { done: true }, stream_end_item: true, response_format: 'json' });
  for (let round = 0; round < 3; round += 1) {
    const items = [];
    for await (const item of protocol.callToolStreaming(null, 'm.watch', {}, template)) items.push(item.n);
    assert.deepEqual(items, [1, 2]);
  }
  assert.equal(server.opened, 1);
});

test('three calls at once: those without a result get the default', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { id, entity_id } = JSON.parse(text);
    socket.send(JSON.stringify({ id, type: 'result', success: true, result: entity_id ? { entity_id } : null }));
  });
  const protocol = newProtocol(t);
  const template = server.template({
    message: '{"id":{{request_id}},"type":"{{tool_name}}","...":{{args}}}',
    result_path: '/result',
    result_default: { done: true },
  });
  const args = [{ entity_id: 'light.a' }, {}, { entity_id: 'light.b', id: 0, type: 'x' }];
  const results = await Promise.all(args.map((one) => protocol.callTool(null, 'm.get_states', one, template)));
  assert.deepEqual(results, [{ entity_id: 'light.a' }, { done: true }, { entity_id: 'light.b' }]);
  assert.deepEqual(
    server.received.map((text) => JSON.parse(text).type),
    ['get_states', 'get_states', 'get_states'],
  );
  assert.equal(server.opened, 1);
});

test('messages of a connection: their uuid and time are filled in', async (t) => {
  const server = await startServer(t, (socket, text) =>
    socket.send(text.includes('"hello"') ? '{"type":"welcome"}' : '{"tools":[]}'),
  );
  const template = server.template({
    connect_message: { type: 'hello', id: '{{uuid}}', at: '{{now}}' },
    connect_ack: { type: 'welcome' },
    message_filter: { of: 'UTCP_ARG_of_UTCP_ARG' }, // a call's: not asked for here
    discovery_message: { id: '{{request_id}}', uuid: '{{uuid}}', at: '{{now}}' },
  });
  const { success, errors } = await newProtocol(t).registerManual(null, template);
  assert.deepEqual([success, errors], [true, []]);
  const [hello, asks] = server.received.map((text) => JSON.parse(text));
  for (const [uuid, at] of [
    [hello.id, hello.at],
    [asks.uuid, asks.at],
  ]) {
    assert.match(uuid, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    assert.match(at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  }
  assert.match(asks.id, /^\d+$/);
  assert.notEqual(hello.id, asks.uuid);
});
