// The option `credentials` with tickets that a server takes once: each opening has one of its own, also after a connection
// was lost, and none is asked for that no opening needs.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { WebSocket } from 'ws';
import { WebSocketAuthError } from '../../../js/api/index.js';
import { failure, newProtocol, startServer } from '../../support/server.js';

/** Issues tickets, and a server that takes each once, where `read(request)` finds it. */
async function startTickets(t, read) {
  const open = new Set();
  const office = { issued: [], read };
  office.issue = async () => {
    const ticket = randomUUID();
    office.issued.push(ticket);
    open.add(ticket);
    return ticket;
  };
  office.revokeAll = () => open.clear();
  office.server = await startServer(t, undefined, {
    verify: (request) => (open.delete(read(request)) ? undefined : 401),
    handleProtocols: (offered) => [...offered][0],
  });
  return office;
}

const ways = {
  query: [({ url }) => new URL(url, 'ws://x').searchParams.get('ticket'), (ticket) => ({ query: { ticket } })],
  header: [({ headers }) => headers['x-ticket'], (ticket) => ({ headers: { 'X-Ticket': ticket } })],
  subprotocol: [
    ({ headers }) => headers['sec-websocket-protocol'].split(',')[1].trim().replace('ticket.', ''),
    (ticket) => ({ protocols: [`ticket.${ticket}`] }),
  ],
};

for (const [way, [read, put]] of Object.entries(ways)) {
  test(`a ticket in the ${way} for each opening, and a new one after the connection was lost`, async (t) => {
    const office = await startTickets(t, read);
    const { server } = office;
    const protocol = newProtocol(t, { WebSocket, credentials: async () => put(await office.issue()) });
    const template = server.template({ protocol: 'tools' });
    const call = () => protocol.callTool(null, 'm.t', {}, template);
    for (let connections = 1; connections <= 3; connections += 1) {
      await call();
      await call();
      assert.equal(server.opened, connections);
      assert.equal(office.issued.length, connections);
      const lost = once(protocol, 'close');
      for (const socket of server.clients) socket.terminate();
      await lost;
    }
    assert.deepEqual(server.requests.map(read), office.issued);
    assert.equal(new Set(office.issued).size, 3);
  });
}

test('connections that are opened at once have a ticket each', async (t) => {
  const [read, put] = ways.query;
  const office = await startTickets(t, read);
  const protocol = newProtocol(t, { WebSocket, credentials: async () => put(await office.issue()) });
  const calls = Array.from({ length: 6 }, (_, n) => protocol.callTool(null, 'm.t', { n }, office.server.template()));
  assert.equal((await Promise.all(calls)).length, 6);
  assert.deepEqual(new Set(office.server.requests.map(read)), new Set(office.issued));
  assert.equal(office.issued.length, 6);
});

test('a retry has a new ticket', async (t) => {
  const [read, put] = ways.query;
  const issued = [];
  let busy = true;
  const server = await startServer(t, undefined, {
    verify() {
      const status = busy ? 503 : undefined;
      busy = false;
      return status;
    },
  });
  const credentials = () => put(issued.push(randomUUID()) && issued.at(-1));
  const protocol = newProtocol(t, { WebSocket, credentials, retry: { baseDelay: 0.01, maxDelay: 0.01 } });
  assert.equal(await protocol.callTool(null, 'm.t', {}, server.template()), '{}');
  assert.deepEqual(server.requests.map(read), issued);
  assert.equal(issued.length, 2);
});

test('a ticket that was used up is refused, and shown nowhere', async (t) => {
  const [read, put] = ways.query;
  const office = await startTickets(t, read);
  const ticket = await office.issue();
  const protocol = newProtocol(t, { WebSocket, credentials: () => put(ticket) });
  const template = office.server.template({ keep_alive: false });
  assert.equal(await protocol.callTool(null, 'm.t', {}, template), '{}');
  const error = await failure(protocol.callTool(null, 'm.t', {}, template));
  assert.ok(error instanceof WebSocketAuthError);
  assert.equal(error.httpStatus, 401);
  assert.ok(!inspect(error, { depth: 9 }).includes(ticket));
  assert.equal(office.server.requests.length, 2);
});
