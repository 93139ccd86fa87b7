// Calls that send several messages: the cases of tests/vectors/messages.json, which the native client runs, too, and the order in which they go out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { failure, newProtocol, startServer } from '../support/server.js';

const cases = JSON.parse(readFileSync(new URL('../vectors/messages.json', import.meta.url), 'utf8'));

/** A server that keeps the frames of each connection, bytes as an array, and answers once `count` have come. */
async function startRecorder(t, count, answers = ['done']) {
  const frames = [];
  const server = await startServer(t, () => {}, {
    onConnection(socket) {
      let heard = 0;
      socket.on('message', (data, isBinary) => {
        frames.push(isBinary ? [...data] : String(data));
        server.emit('change');
        heard += 1;
        if (heard % count !== 0) return;
        for (const answer of answers) socket.send(answer.replaceAll('$id', '1'));
      });
    },
  });
  return Object.assign(server, { frames });
}

for (const { name, template, args = {}, sent, distinct, frames, result = 'done', error, field } of cases) {
  test(name, async (t) => {
    const server = await startRecorder(t, template.messages?.length, frames);
    const call = newProtocol(t).callTool(null, 'm.t', args, server.template(template));
    if (error) {
      const { code, field: place } = await failure(call);
      assert.deepEqual([code, place, server.opened], [error, field, 0]);
      return;
    }
    const value = await call;
    await server.until(() => server.frames.length === template.messages.length);
    assert.deepEqual(value ?? undefined, template.expected_responses === 0 ? undefined : result);
    if (distinct) assert.equal(new Set(server.frames).size, distinct, server.frames.join());
    else assert.equal(JSON.stringify(server.frames), JSON.stringify(sent).replaceAll('$id', '1'));
  });
}

test('calls that share a connection send theirs one after the other', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { id, last } = JSON.parse(text);
    if (last) socket.send(JSON.stringify({ id, result: id }));
  });
  const protocol = newProtocol(t);
  const messages = [{ id: '{{request_id}}' }, { id: '{{request_id}}', last: true }];
  const template = server.template({ messages, result_path: '/result' });
  const results = await Promise.all([1, 2, 3].map(() => protocol.callTool(null, 'm.t', {}, template)));
  assert.equal(new Set(results).size, 3);
  assert.equal(server.opened, 1);
  const ids = server.received.map((text) => JSON.parse(text).id);
  assert.deepEqual(
    ids,
    [...new Set(ids)].flatMap((id) => [id, id]),
  );
});

test('a leave message comes behind the last', async (t) => {
  const server = await startServer(t, () => {});
  const controller = new AbortController();
  const template = server.template({ messages: ['a', 'b'], leave_message: 'stop' });
  const call = failure(newProtocol(t).callTool(null, 'm.t', {}, template, { signal: controller.signal }));
  await server.until(() => server.received.length === 2);
  controller.abort();
  await call;
  await server.until(() => server.received.length === 3);
  assert.deepEqual(server.received, ['a', 'b', 'stop']);
});
