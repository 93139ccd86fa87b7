// RabbitMQ's Web STOMP, by call templates alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WebSocketAuthError, WebSocketClosedError } from '../../../js/api/index.js';
import { recipe } from '../../support/endpoints.js';
import { launchRabbitMq } from '../../support/rabbitmq.js';
import { failure, newProtocol } from '../../support/server.js';

/** @type {Awaited<ReturnType<typeof launchRabbitMq>>} */
let broker;
before(async () => {
  broker = await launchRabbitMq();
});
after(() => broker?.stop());

/** The recipes with a login, for a queue of this name, and how many connections were opened. */
function newClient(t, destination, passcode = 'guest') {
  const protocol = newProtocol(t);
  const counts = { opened: 0 };
  protocol.addEventListener('open', () => {
    counts.opened += 1;
  });
  const filled = (...names) => {
    const text = JSON.stringify(recipe(broker, ...names));
    const values = { '${STOMP_LOGIN}': 'guest', '${STOMP_PASSCODE}': passcode, '/queue/orders': destination };
    return JSON.parse(Object.entries(values).reduce((done, [name, value]) => done.replaceAll(name, value), text));
  };
  const [sending, listening] = [filled('stomp'), filled('stomp', 'stomp-subscription')];
  return {
    counts,
    send: (args) => protocol.callTool(null, 'm.send', args, sending),
    listen: () => protocol.callToolStreaming(null, 'm.orders', {}, listening),
  };
}

test('three messages at once on one connection, each with its receipt, and a stream of them', async (t) => {
  const { send, listen, counts } = newClient(t, '/queue/three');
  const stream = listen();
  const first = stream.next();
  const receipts = await Promise.all([1, 2, 3].map((n) => send({ n, text: 'a\0b' })));
  assert.equal(new Set(receipts).size, 3);
  for (const receipt of receipts) assert.match(receipt, /^RECEIPT\nreceipt-id:\d+\n/);
  const bodies = [(await first).value, (await stream.next()).value, (await stream.next()).value];
  assert.deepEqual(
    bodies,
    [1, 2, 3].map((n) => ({ n, text: 'a\0b' })),
  );
  await stream.return();
  assert.equal(counts.opened, 1);
});

test('a stream that is left is no consumer any more: what comes then waits for the next', async (t) => {
  const { send, listen, counts } = newClient(t, '/queue/left');
  const stream = listen();
  const first = stream.next();
  await send({ n: 1 });
  assert.deepEqual((await first).value, { n: 1 });
  await stream.return();
  await send({ n: 2 });
  const next = listen();
  assert.deepEqual((await next.next()).value, { n: 2 });
  await next.return();
  assert.equal(counts.opened, 1);
});

test('what the broker refuses ends the connection, and is told to the calls there in its words', async (t) => {
  const { send, listen, counts } = newClient(t, '/nowhere/orders');
  for (const refused of await Promise.all([send({ n: 1 }), send({ n: 2 }), listen().next()].map(failure))) {
    assert.ok(refused instanceof WebSocketClosedError, String(refused));
    assert.match(
      refused.message,
      /connection_error\): ERROR message:Unknown destination .*'\/nowhere\/orders' is not a valid/,
    );
  }
  assert.equal(counts.opened, 1);
});

test('wrong credentials are refused at the first attempt, with what the broker says', async (t) => {
  const { send, counts } = newClient(t, '/queue/orders', 'wr0ng');
  const error = await failure(send({ n: 1 }));
  assert.ok(error instanceof WebSocketAuthError, String(error));
  assert.match(error.message, /connect\[1\].*Access refused for user 'guest'/s);
  assert.ok(!error.message.includes('wr0ng'));
  assert.equal(counts.opened, 1);
});
