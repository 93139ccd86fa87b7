// `stream`: items as they come, and every way to end.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commandOf, finished, linesOf, newFolder, onTerminal, run, start, startTools } from '../support/cli.js';

const counter = { name: 'count', response_format: 'json' };
const send = (socket, ...items) => {
  for (const item of items) socket.send(typeof item === 'string' ? item : JSON.stringify(item));
};
const END = { type: 'stream_end' };

/** Resolves when the program has printed something. */
const firstOutput = (child) => once(child.stdout, 'data');

test('prints each item as a line and ends with the stream', async (t) => {
  const server = await startTools(t, [counter], (socket) => send(socket, { n: 1 }, 'two', [3], END));
  const { code, stdout, stderr } = await run(['stream', server.url, 'count', '{"to":3}']);
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(linesOf(stdout), [{ n: 1 }, 'two', [3]]);
  assert.equal(server.received.at(-1), '{"to":3}');
  await server.allClosed();
});

test('each item is there as soon as it has come', async (t) => {
  const server = await startTools(t, [counter], (socket) => send(socket, { n: 1 }));
  const child = start(['stream', server.url, 'count']);
  const end = finished(child);
  const [chunk] = await firstOutput(child);
  assert.equal(String(chunk), '{"n":1}\n');
  for (const socket of server.clients) send(socket, END);
  assert.equal((await end).code, 0);
});

test('goes to a file as to a pipe', async (t) => {
  const server = await startTools(t, [counter], (socket) => send(socket, { n: 1 }, { n: 2 }, END));
  const file = join(newFolder(t), 'items');
  const { code, stdout } = await run(['stream', server.url, 'count', '-o', file]);
  assert.deepEqual([code, stdout, readFileSync(file, 'utf8')], [0, '', '{"n":1}\n{"n":2}\n']);
});

test('an error of the tool ends it after its items: 1', async (t) => {
  const server = await startTools(t, [counter], (socket) =>
    send(socket, { n: 1 }, { type: 'tool_error', error: 'worn out' }),
  );
  const { code, stdout, stderr } = await run(['stream', server.url, 'count']);
  assert.deepEqual([code, stdout], [1, '{"n":1}\n']);
  assert.match(stderr, /^error: tool_failed: .*worn out$/m);
});

test('silence between two items: 4', async (t) => {
  const server = await startTools(t, [counter], (socket) => send(socket, { n: 1 }));
  const { code, stdout } = await run(['stream', server.url, 'count', '--timeout', '2']);
  assert.deepEqual([code, stdout], [4, '{"n":1}\n']);
});

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  test(`${signal} ends it: ${exitCode}, with the connection closed properly and nothing said`, async (t) => {
    const server = await startTools(t, [counter], (socket) => send(socket, { n: 1 }));
    const child = start(['stream', server.url, 'count']);
    const end = finished(child);
    await firstOutput(child);
    child.kill(signal);
    const { code, stdout, stderr } = await end;
    assert.deepEqual([code, stdout, stderr], [exitCode, '{"n":1}\n', '']);
    await server.allClosed();
    assert.equal(server.closings[0][0], 1000);
  });
}

test('SIGINT ends the program also while it waits for standard input', async () => {
  const child = start(['call', '-v', '--template', '-', 't']);
  child.kill('SIGINT');
  const { signal, code } = await finished(child);
  assert.ok(code === 130 || signal === 'SIGINT'); // the latter before the program has begun
});

/** An endless stream, item after item. */
function endless(socket) {
  const more = () => socket.readyState === socket.OPEN && socket.send('{"n":1}', more);
  more();
}

test('a reader that goes away ends it: 0, and the endpoint is left', async (t) => {
  const server = await startTools(t, [counter], endless);
  const child = start(['stream', server.url, 'count']);
  const end = finished(child);
  await firstOutput(child);
  child.stdout.destroy();
  const { code, stderr } = await end;
  assert.deepEqual([code, stderr], [0, '']);
  await server.allClosed();
});

test('that nobody reads what -v says is no reason to stop', async (t) => {
  const server = await startTools(t, [counter], (socket) => send(socket, { n: 1 }, END));
  const child = start(['stream', '-v', server.url, 'count']);
  child.stderr.destroy();
  const { code, stdout } = await finished(child);
  assert.deepEqual([code, stdout], [0, '{"n":1}\n']);
});

test('… | head -2', async (t) => {
  const server = await startTools(t, [counter], endless);
  const { code, seen } = await onTerminal(commandOf(['stream', server.url, 'count'], '2>&1 | head -2'));
  assert.deepEqual([code, seen], [0, '{"n":1}\n{"n":1}\n']);
  await server.allClosed();
});

test('a slow reader is not run over: the endpoint waits', async (t) => {
  let sent = 0;
  const item = JSON.stringify('x'.repeat(64 * 1024));
  const server = await startTools(t, [counter], (socket) => {
    const more = () => {
      sent += 1;
      if (socket.readyState === socket.OPEN && sent < 4000) socket.send(item, more);
    };
    more();
  });
  const child = start(['stream', server.url, 'count']);
  await once(child.stdout, 'readable'); // and nothing is read
  for (let before = -1; before !== sent; ) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 500)); // that nothing moves any more shows in time only
  }
  assert.ok(sent < 2000, `${sent} items of 64 KiB were taken, and nobody has read any`);
  child.kill('SIGTERM');
  child.stdout.resume();
  await once(child, 'close');
});
