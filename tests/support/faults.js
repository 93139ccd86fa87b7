// What the tests of faults share: a server behind a proxy, a protocol that is watched, and what must be true afterwards.
import assert from 'node:assert/strict';
import { driverOf } from '../../js/api/protocol.js';
import { startProxy } from './proxy.js';
import { newProtocol, startServer, turns } from './server.js';

/** Makes an answer so long that its frame has a header of four bytes. */
const padding = 'x'.repeat(300);
/** How many bytes of an answer's frame its header is. */
export const HEADER = 4;

/** How a network ends a connection: by the name of the method of the proxy's link. */
export const breaks = ['cut', 'reset', 'endToClient', 'endToServer'];
/** How a network swallows what is said. */
export const stalls = ['stall', 'stallToClient'];

export const brokenError = {
  name: 'WebSocketClosedError',
  code: 'connection_closed',
  closeCode: 1006,
  wasClean: false,
};
export const silentError = { name: 'WebSocketTimeoutError', code: 'response_timeout', timeout: 'response' };

/** How long calls wait that must wait in vain, in seconds. Nothing races with it: what they wait for is held back. */
export const SHORT = 0.15;

/**
 * A server that holds its answer to `{"hold":…}`, answers `{"stream":n}` with n items and no end, and anything else with
 * itself and a padding; a proxy in front of it, a protocol that goes through the proxy.
 */
export async function startLine(t, WebSocket, options = {}) {
  const server = await startServer(t, (socket, text) => {
    const { hold, stream, id, n } = JSON.parse(text);
    if (hold) return;
    if (!stream) return socket.send(JSON.stringify({ id, n, padding }));
    for (let i = 0; i < stream; i += 1) socket.send(JSON.stringify({ type: 'tool_response', result: { i, padding } }));
  });
  const proxy = await startProxy(t, server);
  const protocol = newProtocol(t, { WebSocket, retry: { baseDelay: 0.01, maxDelay: 0.01 }, ...options });
  return new Line(server, proxy, protocol, WebSocket.prototype.ping ? 2 : 1);
}

class Line {
  /** What the protocol has reported: `type connection`. @type {string[]} */
  events = [];

  constructor(server, proxy, protocol, timers) {
    /** Of an idle connection: when it is closed and, where the host can ping, when that is next. */
    this.timers = timers;
    this.server = server;
    this.proxy = proxy;
    this.protocol = protocol;
    for (const type of ['open', 'close', 'send', 'retry']) {
      protocol.addEventListener(type, ({ connectionId }) => this.events.push(`${type} ${connectionId ?? ''}`.trim()));
    }
  }

  call(args, fields) {
    return this.protocol.callTool(null, 'm.t', args, this.proxy.template({ response_format: 'json', ...fields }));
  }

  stream(args, fields) {
    return this.protocol.callToolStreaming(null, 'm.s', args, this.proxy.template(fields));
  }

  /** Resolves when the server has received so many messages. */
  arrived(messages) {
    return this.server.until(() => this.server.received.length >= messages);
  }

  /** A call that is answered. */
  async works(n) {
    assert.equal((await this.call({ n })).n, n);
  }

  /** Resolves when the protocol has reported this. */
  async reported(event) {
    while (!this.events.includes(event)) {
      await new Promise((resolve) => this.protocol.addEventListener(event.split(' ')[0], resolve, { once: true }));
    }
  }

  /**
   * After a fault: the next call works on a new connection; nothing was sent twice, every connection was closed once, and
   * after `close()` the client holds nothing.
   */
  async recovers({ connections = 2, messages }) {
    await this.works(99);
    // By the protocol's own count: after an opening that was given up, undici makes a TCP connection that nobody uses.
    const last = this.events.findLast((event) => event.startsWith('open'));
    assert.equal(last, `open ${connections}`);
    assert.deepEqual(
      this.server.received,
      [...messages, { n: 99 }].map((args) => JSON.stringify(args)),
    );
    await this.leavesNothing();
    for (const opened of this.events.filter((event) => event.startsWith('open'))) {
      const closed = opened.replace('open', 'close');
      assert.equal(this.events.filter((event) => event === closed).length, 1, `${closed}: ${this.events}`);
    }
  }

  async leavesNothing() {
    const { calls, connections, timers, sockets, hostCalls, hostSockets } = await driverOf(this.protocol).counts();
    assert.deepEqual({ calls, hostCalls }, { calls: 0, hostCalls: 0 });
    assert.deepEqual([connections, sockets, hostSockets, timers], [1, 1, 1, this.timers], 'one idle connection');
    await this.protocol.close();
    assert.deepEqual(
      Object.entries(await driverOf(this.protocol).counts()).filter(
        ([name, count]) => name.startsWith('host') && count > 0,
      ),
      [],
    );
  }
}

/** Both ways that a promise can end, as a value: for calls that are not awaited at once. */
export function outcome(promise) {
  return promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
}

/** That a call ended with an error of this class, code and facts. */
export function assertFailed({ value, error }, expected) {
  assert.ok(error, `resolved with ${JSON.stringify(value)}`);
  const { name, ...facts } = expected;
  assert.equal(error.constructor.name, name, String(error.stack));
  for (const [fact, is] of Object.entries(facts)) assert.equal(error[fact], is, fact);
}

/** That no TCP socket of this process is left, for after a file's tests: both sides of their connections live in it. */
export async function assertNoSockets() {
  const left = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
  for (let turn = 0; turn < 1000 && left().length > 0; turn += 1) await turns(1);
  assert.deepEqual(left(), []);
}
