// Owns the targets: what an input does to the package, and what must hold whatever it is. The hosts are fake; js/ and the module are
// the real ones.
import assert from 'node:assert/strict';
import * as api from '../../../js/api/index.js';
import { driverOf } from '../../../js/api/protocol.js';

/** A host whose peer is a function. @param {(socket: any, text: string) => void} peer */
const hostOf = (peer) =>
  class {
    readyState = 0;
    constructor() {
      queueMicrotask(() => {
        if (this.readyState !== 0) return;
        this.readyState = 1;
        this.onopen?.({});
      });
    }
    send(text) {
      queueMicrotask(() => this.readyState === 1 && peer(this, text));
    }
    say(data) {
      if (this.readyState === 1) this.onmessage?.({ data });
    }
    close(code = 1005, reason = '') {
      if (this.readyState >= 2) return;
      this.readyState = 3;
      queueMicrotask(() => this.onclose?.({ code, reason, wasClean: true }));
    }
  };

const echo = hostOf((socket, text) => socket.say(text));
const canary = new api.WebSocketCommunicationProtocol({ WebSocket: echo, maxConnections: 1 });
const template = { call_template_type: 'websocket', url: 'wss://h.example/', timeout: 600 };

/** Calls of others go on as if nothing had happened. */
async function othersWork() {
  assert.equal(await canary.callTool(null, 'm.t', { a: 1 }, template), '{"a":1}');
}

/** @param {any} error what a caller may get */
function isFair(error) {
  if (error?.message === 'of the caller' || error instanceof TypeError) return;
  assert.ok(api.isUtcpWebSocketError(error), `neither a TypeError nor one of ours: ${String(error?.stack ?? error)}`);
  assert.notEqual(error.code, 'module_failed');
}

/** Resolves in any case, with nothing left. */
async function closeAll(protocol, calls) {
  await protocol.close();
  await Promise.all(calls);
  const { calls: left = 0, hostCalls, hostSockets } = driverOf(protocol).counts();
  assert.deepEqual({ left, hostCalls, hostSockets }, { left: 0, hostCalls: 0, hostSockets: 0 });
}

export const targets = {
  /** What a caller gives: any value in any place. @param {import('./input.js').Input} input */
  async caller(input) {
    const pure = [
      () => api.validateCallTemplate(input.value()),
      () => api.renderMessage(input.value(), input.value()),
      () => api.parseManual(input.value()),
      () => api.isSecureWebSocketUrl(input.value()),
      () => api.isSecureTokenUrl(input.value()),
    ];
    try {
      if (input.below(3) === 0) input.pick(pure)();
    } catch (error) {
      isFair(error);
    }
    const protocol = new api.WebSocketCommunicationProtocol({ WebSocket: echo, retry: false });
    const given = [null, 'm.t', { a: 1 }, { ...template, message: input.json() }, undefined];
    for (let i = 1 + input.below(3); i > 0; i -= 1) given[input.below(5)] = input.value();
    const calls = [
      protocol.callTool(...given).catch(isFair),
      protocol
        .callToolStreaming(...given)
        .next()
        .catch(isFair),
      protocol.registerManual(given[0], given[3], given[4]).catch(isFair),
      protocol.deregisterManual(given[0], given[3]).catch(isFair),
    ];
    await othersWork();
    await closeAll(protocol, calls);
  },

  /** What a peer sends: frames for calls of each kind, and closings. @param {import('./input.js').Input} input */
  async peer(input) {
    const frame = (id) => {
      const kind = input.below(8);
      if (kind === 0) return new ArrayBuffer(input.below(9));
      if (kind === 1) return input.text();
      // Mostly what the protocol looks at.
      const type = input.pick(['tool_error', 'tool_response', 'stream_end', input.text()]);
      const said = kind === 2 ? input.json() : { type, error: input.json(), result: input.json() };
      if (kind < 4 || typeof said !== 'object' || said === null) return JSON.stringify(said);
      return JSON.stringify({ ...said, ...(id && { id, request_id: id }) }).slice(0, kind === 4 ? -1 : undefined);
    };
    const host = hostOf((socket, text) => {
      const id = /"id":"?(\d+)/.exec(text)?.[1];
      for (let i = input.below(6); i >= 0; i -= 1) socket.say(frame(id));
      if (input.below(3) === 0) socket.close(input.pick([1000, 1001, 1005, 1006, 1008, 1011, 4401]), input.text());
    });
    const protocol = new api.WebSocketCommunicationProtocol({
      WebSocket: host,
      retry: false,
      limits: { streamItems: 4 },
    });
    for (const type of ['unsolicited', 'warning', 'message', 'close']) protocol.addEventListener(type, () => {});
    const fields = input.pick([
      {},
      { message: { id: '{{request_id}}' }, result_path: '/result', error_path: '/error' },
      { message: { id: '{{request_id}}' }, message_filter: { type: 'tool_response' } },
      { expected_responses: 2, response_format: 'json' },
      { connect_message: { type: 'auth' }, connect_ack: { type: 'utcp' } },
      { stream_end: { type: 'stream_end' }, error_path: '/error/message', response_format: 'raw' },
    ]);
    const given = [null, 'm.t', {}, { ...template, ...fields }];
    const read = async () => {
      for await (const _ of protocol.callToolStreaming(...given));
    };
    const calls = [
      protocol.callTool(...given).catch(isFair),
      read().catch(isFair),
      protocol.registerManual(null, given[3]).then(({ error }) => error && isFair(error)),
    ];
    await othersWork();
    await closeAll(protocol, calls);
  },
};

await api.ready();
await othersWork();
