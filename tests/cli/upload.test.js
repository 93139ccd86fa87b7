// `--upload`: an argument of a call or a stream in chunks, from a file or standard input.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { finished, newFolder, run, start, startTools } from '../support/cli.js';
import { startServer } from '../support/server.js';

/** A server that answers `end` with `ended` and keeps what has come, bytes as arrays; and a file with the template of calls to it. */
async function startListener(t, fields) {
  const heard = [];
  const server = await startServer(t, () => {}, {
    onConnection: (socket) =>
      socket.on('message', (data, isBinary) => {
        heard.push(isBinary ? [...data] : String(data));
        server.emit('change');
        if (String(data) === 'end') socket.send('ended');
      }),
  });
  const folder = newFolder(t);
  const file = (name, content) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const messages = ['start', '{{args.audio}}', 'end'];
  const template = file('template.json', JSON.stringify({ url: server.url, messages, ...fields }));
  return Object.assign(server, { heard, file, call: ['call', 'listen', '--template', template] });
}

test('each line of a file is a message: JSON where it can be, else a text', async (t) => {
  const messages = ['start', { chunk: '{{args.audio}}', by: '{{args.by}}' }, 'end'];
  const server = await startListener(t, { messages });
  const file = server.file('lines', 'héllo\r\n7\n\n{"a":[1]}\nthe last');
  const { code, stdout, stderr } = await run([...server.call, '-d', 'by=me', '--upload', `audio=${file}`]);
  assert.deepEqual([code, stdout, stderr], [0, '"ended"\n', '']);
  const chunks = ['héllo', 7, '', { a: [1] }, 'the last'];
  const sent = chunks.map((chunk) => JSON.stringify({ chunk, by: 'me' }));
  assert.deepEqual(server.heard, ['start', ...sent, 'end']);
});

test('a line of standard input is sent when it is there', async (t) => {
  const server = await startListener(t);
  const child = start([...server.call, '--upload', 'audio=-'], { input: null });
  const end = finished(child);
  for (const [n, line] of ['one', 'two'].entries()) {
    child.stdin.write(`${line}\n`);
    await server.until(() => server.heard.length === n + 2);
    assert.equal(server.heard.at(-1), line);
  }
  child.stdin.end();
  assert.equal((await end).code, 0);
  assert.deepEqual(server.heard, ['start', 'one', 'two', 'end']);
});

test('bytes where the template takes them, of the size that is asked for', async (t) => {
  const server = await startListener(t, { message_format: 'binary' });
  const bytes = new Uint8Array([0, 10, 255, 13, 10]);
  const file = server.file('bytes', bytes);
  await run([...server.call, '--upload', `audio=${file}`, '--chunk-size', '2']);
  assert.deepEqual(server.heard.splice(0), ['start', [0, 10], [255, 13], [10], 'end']);
  await run([...server.call, '--upload', 'audio=-'], { input: bytes });
  assert.deepEqual(server.heard.splice(0), ['start', [...bytes], 'end']);
  await run([...server.call, '--upload', 'audio=-', '--chunk-size=3'], { input: bytes });
  const pieces = server.heard.slice(1, -1);
  assert.deepEqual([pieces.flat(), pieces.every(({ length }) => length <= 3)], [[...bytes], true]);
});

test('base64 where the template says so; of an empty file there is none', async (t) => {
  const server = await startListener(t, { message_format: 'base64' });
  const file = server.file('bytes', new Uint8Array([0, 255]));
  await run([...server.call, '--upload', `audio=${file}`]);
  assert.deepEqual(server.heard.splice(0), ['start', 'AP8=', 'end']);
  assert.equal((await run([...server.call, '--upload', `audio=${server.file('none', '')}`])).code, 0);
  assert.deepEqual(server.heard, ['start', 'end']);
});

test('a tool of a manual takes it, and a stream gives items meanwhile; its end does not wait for standard input', async (t) => {
  const tool = { name: 'say', messages: ['{{args.text}}', 'end'] };
  const server = await startTools(t, [tool], (socket, text) => {
    socket.send(`heard ${text}`);
    if (text === 'bye') socket.send('{"type":"stream_end"}');
  });
  const child = start(['stream', server.url, 'say', '--upload', 'text=-'], { input: null });
  const end = finished(child);
  child.stdin.write('hello\n');
  const [item] = await once(child.stdout, 'data');
  assert.equal(String(item), '"heard hello"\n');
  child.stdin.write('bye\n');
  const { code, stdout } = await end;
  assert.deepEqual([code, stdout], [0, '"heard hello"\n"heard bye"\n']);
  assert.ok(!server.received.includes('end'));
});

test('Ctrl-C leaves the call, and nothing is taken for the end of the chunks', async (t) => {
  const server = await startListener(t, { leave_message: 'left' });
  const child = start([...server.call, '--upload', 'audio=-'], { input: null });
  const end = finished(child);
  child.stdin.write('one\n');
  await server.until(() => server.heard.length === 2);
  child.kill('SIGINT');
  assert.equal((await end).code, 130);
  await server.allClosed();
  assert.deepEqual(server.heard, ['start', 'one', 'left']);
});

test('a file that breaks off fails the call', async (t) => {
  const server = await startListener(t);
  const { code, stderr } = await run([...server.call, '--upload', `audio=${newFolder(t)}`]);
  assert.equal(code, 2);
  assert.match(stderr, /^error: invalid_argument: arguments\.audio failed to yield its next chunk/);
});

for (const [args, message] of [
  [['call', 'wss://h/', 't', '--upload', 'audio'], '--upload takes NAME=FILE'],
  [['call', 'wss://h/', 't', '--upload', '=a'], '--upload takes NAME=FILE'],
  [['stream', 'wss://h/', 't', '--upload', 'a=b', '--upload', 'c=d'], 'a call takes one argument in chunks'],
  [['open', 'wss://h/', '--upload', 'a=b'], '--upload is for call and stream'],
  [['discover', 'wss://h/', '--upload', 'a=b'], '--upload is for call and stream'],
  [['call', 'wss://h/', 't', '-', '--upload', 'a=-'], 'standard input can be read only once'],
  [['call', 't', '--template', '-', '--upload', 'a=-'], 'standard input can be read only once'],
  ...['0', '-1', '1e3', '16777217', ''].map((size) => [
    ['call', 'wss://h/', 't', `--chunk-size=${size}`],
    `--chunk-size takes a number of bytes from 1 to 16777216, not "${size}"`,
  ]),
]) {
  test(`refused: ${args.slice(1).join(' ')}`, async () => {
    const { code, stderr } = await run(args);
    assert.equal(code, 2);
    assert.ok(stderr.includes(message), stderr);
  });
}

test('a file that is not there is refused before anything is sent', async (t) => {
  const server = await startListener(t);
  const { code, stderr } = await run([...server.call, '--upload', 'audio=/no/such/file']);
  assert.equal(code, 2);
  assert.match(stderr, /^error: usage: \/no\/such\/file cannot be read: ENOENT/);
  assert.equal(server.opened, 0);
});
