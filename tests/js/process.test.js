// What keeps a Node process alive, and what does not: each case in a process of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { startServer } from '../support/server.js';

const library = new URL('../../js/api/index.js', import.meta.url).href;

/** Runs a script with a protocol, against a URL. */
function run(script, url) {
  return runScript(`
    import { WebSocketCommunicationProtocol } from ${JSON.stringify(library)};
    const protocol = new WebSocketCommunicationProtocol();
    const template = { call_template_type: 'websocket', url: ${JSON.stringify(url)} };
    ${script}`);
}

/** Resolves with what a script printed, when it has ended by itself. */
async function runScript(code) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000, // an idle connection lives for 300 s
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const [status, signal] = await once(child, 'close');
  assert.deepEqual([status, signal], [0, null]);
  return output.trim();
}

test('an idle connection does not keep the process alive', async (t) => {
  const server = await startServer(t);
  const output = await run(`console.log(await protocol.callTool(null, 'm.t', { n: 1 }, template));`, server.url);
  assert.equal(output, '{"n":1}');
});

test("an idle connection of undici's WebSocket does not, either", async (t) => {
  const server = await startServer(t);
  const output = await runScript(`
    import { WebSocket } from ${JSON.stringify(import.meta.resolve('undici'))};
    import { WebSocketCommunicationProtocol } from ${JSON.stringify(library)};
    const protocol = new WebSocketCommunicationProtocol({ WebSocket });
    console.log(await protocol.callTool(null, 'm.t', { n: 1 }, { call_template_type: 'websocket', url: '${server.url}' }));`);
  assert.equal(output, '{"n":1}');
});

test('nor does it after the timer of an earlier call has fired', async (t) => {
  const server = await startServer(t);
  const output = await run(
    `await protocol.callTool(null, 'm.t', {}, { ...template, response_timeout: 1 });
     await new Promise((resolve) => setTimeout(resolve, 1001)); // set later and for longer: fires later
     console.log('idle');`,
    server.url,
  );
  assert.equal(output, 'idle');
});

test('a call in flight does, until it is answered', async (t) => {
  const server = await startServer(t, (socket, text) => setTimeout(() => socket.send(text), 300));
  const output = await run(
    `protocol.callTool(null, 'm.t', { n: 1 }, template).then(() => protocol.callTool(null, 'm.t', { n: 2 }, template)).then(console.log);`,
    server.url,
  );
  assert.equal(output, '{"n":2}');
});

test('so does a stream, until it ends', async (t) => {
  const server = await startServer(t, (socket) => {
    socket.send('a');
    setTimeout(() => socket.send('{"type":"stream_end"}'), 300);
  });
  const output = await run(
    `(async () => { for await (const item of protocol.callToolStreaming(null, 'm.t', {}, template)) console.log(item); console.log('end'); })();`,
    server.url,
  );
  assert.equal(output, 'a\nend');
});

test('close() can be awaited as the last thing', async (t) => {
  const server = await startServer(t);
  const output = await run(
    `await protocol.callTool(null, 'm.t', {}, template); await protocol.close(); console.log('closed');`,
    server.url,
  );
  assert.equal(output, 'closed');
  await server.allClosed();
});

test('importing and constructing keeps nothing alive, and looks for no WebSocket', async () => {
  const script = `
    let looked = 0;
    Object.defineProperty(globalThis, 'WebSocket', { get: () => void (looked += 1) });
    const { WebSocketCommunicationProtocol } = await import(${JSON.stringify(library)});
    new WebSocketCommunicationProtocol().addEventListener('open', () => {});
    console.log(looked);`;
  assert.equal(await runScript(script), '0');
});

test('a call that throws before it is made leaves nothing that keeps the process alive', async (t) => {
  const server = await startServer(t, (socket, text) => socket.send(text));
  const output = await run(
    `await protocol.callTool(null, 'm.t', {}, template);
     const never = { a: 1n, b: 1 };
     const errors = [];
     for (const fields of [{ header_fields: ['a'] }, { message: 'UTCP_ARG_a_UTCP_ARG' }, { message_filter: { x: 'UTCP_ARG_a_UTCP_ARG' } }]) {
       const message = 'UTCP_ARG_b_UTCP_ARG';
       await protocol.callTool(null, 'm.t', never, { message, ...template, ...fields }).catch((error) => errors.push(error.name));
       await protocol.callToolStreaming(null, 'm.t', never, { message, ...template, ...fields }).next().catch((error) => errors.push(error.name));
     }
     console.log(errors.join());`,
    server.url,
  );
  assert.equal(output, 'TypeError,TypeError,TypeError,TypeError,TypeError,TypeError');
});

test('a wrong source for ready() is its own error, not that of the calls that wait', async () => {
  const output = await runScript(`
    import { ready, WebSocketCommunicationProtocol } from ${JSON.stringify(library)};
    const wrong = [7, Symbol('s'), {}, Object.create(null)].map((source) => ready(source).catch((error) => error));
    const call = new WebSocketCommunicationProtocol().callTool(null, 'm.t', {}, { url: 7 }).catch((error) => error);
    console.log((await Promise.all([...wrong, call])).map((error) => error.code ?? error.name).join());`);
  assert.equal(output, 'module_failed,module_failed,module_failed,module_failed,invalid_call_template');
});
