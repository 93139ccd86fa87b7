// Hosts that misbehave: events twice, too late, with values that are none, and methods that throw. Beneath are real sockets. A call
// settles, nothing is thrown at nobody, and nothing is left after close().
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket as Ws } from 'ws';
import { isUtcpWebSocketError } from '../../js/api/index.js';
import { driverOf } from '../../js/api/protocol.js';
import { collect, failure, newProtocol, startServer } from '../support/server.js';

const boom = () => {
  throw new Error('of the host');
};
const throwing = (...names) =>
  Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { get: boom }])));

/** A WebSocket as browsers have it, over one of `ws`, whose events and methods can be spoiled. */
class Host {
  onopen = null;
  onmessage = null;
  onerror = null;
  onclose = null;
  binaryType = 'blob';

  constructor(url, protocols = []) {
    this.ws = new Ws(url, protocols);
    this.ws.binaryType = 'arraybuffer';
    this.ws.onopen = () => this.tellOpen({});
    this.ws.onmessage = ({ data }) => this.tellMessage({ data });
    this.ws.onerror = ({ error, message }) => this.tellError({ error, message });
    this.ws.onclose = ({ code, reason, wasClean }) => this.tellClose({ code, reason, wasClean });
  }
  get readyState() {
    return this.ws.readyState;
  }
  get protocol() {
    return this.ws.protocol;
  }
  tellOpen(event) {
    this.onopen?.(event);
  }
  tellMessage(event) {
    this.onmessage?.(event);
  }
  tellError(event) {
    this.onerror?.(event);
  }
  tellClose(event) {
    this.onclose?.(event);
  }
  send(text) {
    this.ws.send(text);
  }
  close(code, reason) {
    this.ws.close(code, reason);
  }
}

const answered = 'answered';
/** What goes wrong, and what becomes of a call: its answer, or a code. */
const faults = {
  'open comes twice': [
    class extends Host {
      tellOpen(event) {
        super.tellOpen(event);
        super.tellOpen(event);
      }
    },
    answered,
  ],
  'close comes instead of open': [
    class extends Host {
      tellOpen() {
        super.tellClose({ code: 1006, reason: '', wasClean: false });
      }
    },
    'connection_failed',
  ],
  'open comes after close': [
    class extends Host {
      tellOpen(event) {
        super.tellClose({ code: 1006, reason: '', wasClean: false });
        super.tellOpen(event);
      }
    },
    'connection_failed',
  ],
  'a message comes before open, and one after close': [
    class extends Host {
      tellOpen(event) {
        super.tellMessage({ data: 'early' });
        super.tellOpen(event);
      }
      tellClose(event) {
        super.tellClose(event);
        super.tellMessage({ data: 'late' });
      }
    },
    answered,
  ],
  'an error comes twice, then close twice': [
    class extends Host {
      send() {
        setImmediate(() => {
          for (const event of [{ message: 'one' }, throwing('message', 'error')]) super.tellError(event);
          for (const code of [1006, 1000]) super.tellClose({ code });
        });
      }
    },
    'connection_closed',
  ],
  'an error comes whose members cannot be read, and no close': [
    class extends Host {
      send() {
        setImmediate(() => {
          super.tellError(throwing('message', 'error'));
        });
      }
    },
    'connection_closed',
  ],
  'an error of an opening cannot be read': [
    class extends Host {
      tellOpen() {
        super.tellError(throwing('message', 'error'));
      }
    },
    'connection_failed',
  ],
  'an error of an opening has a text that is none': [
    class extends Host {
      tellOpen() {
        super.tellError({ message: { toString: 1 }, error: throwing('message', 'code', 'cause') });
      }
    },
    'connection_failed',
  ],
  'events are no objects': [
    class extends Host {
      send() {
        setImmediate(() => {
          super.tellError(undefined);
          super.tellClose(null);
        });
      }
    },
    'connection_closed',
  ],
  'the closing cannot be read': [
    class extends Host {
      send() {
        setImmediate(() => {
          super.tellClose(throwing('code', 'reason', 'wasClean'));
        });
      }
    },
    'connection_closed',
  ],
  'the closing has values that are none': [
    class extends Host {
      send() {
        setImmediate(() => {
          super.tellClose({ code: Symbol('code'), reason: { toString: boom }, wasClean: 'yes' });
        });
      }
    },
    'connection_closed',
  ],
  'the closing has a code out of range': [
    class extends Host {
      send() {
        setImmediate(() => {
          super.tellClose({ code: 2 ** 40, reason: 'x\ud800'.repeat(1000), wasClean: 1 });
        });
      }
    },
    'connection_closed',
  ],
  'send throws': [
    class extends Host {
      send() {
        boom();
      }
    },
    'connection_closed',
  ],
  'send closes': [
    class extends Host {
      send() {
        super.tellClose({ code: 4000, reason: 'in send', wasClean: true });
      }
    },
    'connection_closed',
  ],
  'send answers at once, and then throws': [
    class extends Host {
      send() {
        super.tellMessage({ data: answered });
        super.tellMessage({ data: '{"type":"stream_end"}' });
        boom();
      }
    },
    answered,
  ],
  'the subprotocol is none': [
    class extends Host {
      get protocol() {
        return { length: 7 };
      }
    },
    answered,
  ],
  'the subprotocol cannot be read': [
    class extends Host {
      get protocol() {
        return boom();
      }
    },
    answered,
  ],
  'binaryType cannot be set': [
    class extends Host {
      constructor(...given) {
        super(...given);
        Object.defineProperty(this, 'binaryType', { set: boom });
      }
    },
    'websocket_unavailable',
  ],
  'the TCP connection cannot gather': [
    class extends Host {
      _socket = { cork: boom, uncork: boom, unref: boom };
    },
    answered,
  ],
  'the TCP connection cannot send what it has gathered': [
    class extends Host {
      _socket = { cork: () => {}, uncork: boom, unref: () => {} };
    },
    answered,
  ],
  'the TCP connection cannot be read': [
    class extends Host {
      get _socket() {
        return boom();
      }
    },
    answered,
  ],
  'readyState cannot be read, and close throws': [
    class extends Host {
      get readyState() {
        return boom();
      }
      close() {
        this.ws.terminate();
        boom();
      }
    },
    answered,
  ],
  'the data of messages cannot be read, and one is none': [
    class extends Host {
      tellMessage() {
        super.tellMessage(throwing('data'));
      }
    },
    '',
  ],
  'the data of messages is an object that throws': [
    class extends Host {
      tellMessage() {
        super.tellMessage({ data: throwing('byteLength', 'toString', 'length') });
      }
    },
    '',
  ],
};

for (const [what, [WebSocket, expected]] of Object.entries(faults)) {
  test(`${what}: calls and streams settle, and nothing is left`, async (t) => {
    const server = await startServer(t, (socket) => {
      socket.send(answered);
      socket.send('{"type":"stream_end"}');
    });
    const protocol = newProtocol(t, { WebSocket, retry: false });
    const template = server.template({ timeout: 3 });
    for (let i = 0; i < 3; i += 1) {
      const single = await protocol.callTool(null, 'm.t', {}, { ...template, expected_responses: 1 }).catch(told);
      assert.equal(outcome(single), expected);
    }
    const stream = collect(protocol.callToolStreaming(null, 'm.t', {}, { ...template, expected_responses: 1 }));
    const items = await stream.catch((error) => [told(error)]);
    assert.equal(outcome(items[0]), expected);
    const aborter = new AbortController();
    const aborted = failure(protocol.callTool(null, 'm.t', {}, template, aborter));
    aborter.abort('enough');
    assert.equal(await aborted, 'enough');
    await protocol.close();
    const { hostCalls, hostSockets, hostClosing } = driverOf(protocol).counts();
    assert.deepEqual({ hostCalls, hostSockets, hostClosing }, { hostCalls: 0, hostSockets: 0, hostClosing: 0 });
  });
}

test('a socket that is closed already, and fires no close, is not waited for', async (t) => {
  const server = await startServer(t);
  let closed = false;
  class Silent extends Host {
    get readyState() {
      return closed ? 3 : super.readyState;
    }
    tellClose() {}
  }
  const protocol = newProtocol(t, { WebSocket: Silent });
  await protocol.callTool(null, 'm.t', {}, server.template());
  closed = true;
  const start = performance.now();
  await protocol.close();
  assert.ok(performance.now() - start < 1900, 'close() gives up on one that does not close after two seconds');
});

/** @param {unknown} error */
function told(error) {
  assert.ok(isUtcpWebSocketError(error), String(error));
  if (error.code === 'connection_closed') {
    assert.ok(error.closeCode >= 1000 && error.closeCode < 5000, String(error.closeCode));
    assert.equal(typeof error.reason, 'string');
  }
  return error.code;
}

/** @param {unknown} value bytes that cannot be read are none */
const outcome = (value) => (typeof value === 'string' ? value : new TextDecoder().decode(value));

test('a host that stops reading late, or throws when told to, loses nothing', async (t) => {
  for (const pause of [() => {}, boom]) {
    class Late extends Ws {
      pause() {
        pause();
      }
      resume() {
        pause();
      }
    }
    const server = await startServer(t, (socket) => {
      for (let i = 0; i < 500; i += 1) socket.send(String(i));
      socket.send('{"type":"stream_end"}');
    });
    const protocol = newProtocol(t, { WebSocket: Late, limits: { streamItems: 20 } });
    const items = [];
    for await (const item of protocol.callToolStreaming(null, 'm.t', {}, server.template())) {
      items.push(Number(item));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(
      items,
      Array.from({ length: 500 }, (_, i) => i),
    );
  }
});

test('where the host has no memory for one answer, only the call that it was for ends', async (t) => {
  const server = await startServer(t, (socket, text) => {
    const { poison, stream } = JSON.parse(text);
    if (!poison) socket.send('{"result":"fine"}');
    else if (stream) socket.send('{"type":"tool_response","result":"poison"}');
    else socket.send(poison === 'error' ? '{"error":"poison"}' : '{"result":"poison"}');
  });
  const protocol = newProtocol(t, { retry: false });
  const template = server.template({ result_path: '/result', error_path: '/error' });
  assert.equal(await protocol.callTool(null, 'm.t', {}, template), 'fine');
  const parse = JSON.parse;
  t.mock.method(JSON, 'parse', (text, ...rest) => {
    if (/"(error|result)":"poison"|\[.*poison/.test(text)) throw new RangeError('out of memory');
    return parse(text, ...rest);
  });
  for (const poison of ['result', 'error']) {
    for (const run of [
      () => protocol.callTool(null, 'm.t', { poison }, template),
      () => protocol.callToolStreaming(null, 'm.t', { poison }, template).next(),
    ]) {
      const [error, answer] = await Promise.all([failure(run()), protocol.callTool(null, 'm.t', {}, template)]);
      assert.equal(answer, 'fine');
      assert.match(String(error.cause ?? error), /out of memory/);
    }
  }
  const stream = protocol.callToolStreaming(null, 'm.t', { poison: 'result', stream: true }, server.template());
  assert.match(String(await failure(stream.next())), /out of memory/);
  assert.equal((await stream.next()).done, true);
  const greeting = server.template({ connect_message: 'poison {{uuid}}' });
  assert.equal((await failure(protocol.callTool(null, 'm.t', {}, greeting))).code, 'connection_closed');
  assert.equal(await protocol.callTool(null, 'm.t', {}, template), 'fine');
  assert.equal(driverOf(protocol).counts().hostCalls, 0);
});
