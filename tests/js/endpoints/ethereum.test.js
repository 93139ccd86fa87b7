// An Ethereum node by its wire format, JSON-RPC with subscriptions (`eth_subscribe`): the node names the subscription in its answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError } from '../../../js/api/index.js';
import { callAtOnce, recipe } from '../../support/endpoints.js';
import { collect, failure, newProtocol, startServer } from '../../support/server.js';

const call = (server) => recipe(server, 'ethereum');
const subscription = (server) => recipe(server, 'ethereum', 'ethereum-subscription');

/** `mine()` makes a block, which all are told of who have subscribed to `newHeads`. */
async function startNode(t) {
  const node = { subscribed: new Map(), block: 0, mine() {} };
  let last = 0;
  const methods = {
    eth_blockNumber: () => `0x${node.block.toString(16)}`,
    eth_subscribe: ([topic], socket) => {
      if (topic !== 'newHeads') throw new Error(`no "${topic}" subscription in eth namespace`);
      last += 1;
      node.subscribed.set(`0x${last}`, socket);
      return `0x${last}`;
    },
    eth_unsubscribe: ([subscribed]) => node.subscribed.delete(subscribed),
  };
  const server = await startServer(t, (socket, text) => {
    const { id, method, params } = JSON.parse(text);
    const answer = { jsonrpc: '2.0', id };
    try {
      answer.result = methods[method](params, socket);
    } catch ({ message }) {
      answer.error = { code: -32601, message };
    }
    socket.send(JSON.stringify(answer));
  });
  node.mine = () => {
    node.block += 1;
    for (const [subscribed, socket] of node.subscribed) {
      const params = { subscription: subscribed, result: { number: methods.eth_blockNumber() } };
      socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params }));
    }
  };
  return { server, node };
}

test('calls beside two subscriptions on one connection, each of which ends on the node when it is left', async (t) => {
  const { server, node } = await startNode(t);
  const protocol = newProtocol(t);
  const heads = () => {
    const stream = protocol.callToolStreaming(null, 'm.eth_subscribe', { params: ['newHeads'] }, subscription(server));
    return { stream, first: stream.next() };
  };
  const [left, stays] = [heads(), heads()];
  await server.until(() => node.subscribed.size === 2);
  node.mine();
  assert.deepEqual((await left.first).value, { number: '0x1' });
  assert.deepEqual((await stays.first).value, { number: '0x1' });
  const { results } = await callAtOnce(3, () =>
    protocol.callTool(null, 'm.eth_blockNumber', { params: [] }, call(server)),
  );
  assert.deepEqual(results, ['0x1', '0x1', '0x1']);

  await left.stream.return();
  await server.until(() => node.subscribed.size === 1);
  node.mine();
  assert.deepEqual((await stays.stream.next()).value, { number: '0x2' });
  await stays.stream.return();
  await server.until(() => node.subscribed.size === 0);
  assert.equal(await protocol.callTool(null, 'm.eth_blockNumber', { params: [] }, call(server)), '0x2');
  assert.equal(server.opened, 1);
});

test('what the node refuses is an error with its detail, of calls and of subscriptions', async (t) => {
  const { server } = await startNode(t);
  const protocol = newProtocol(t);
  const refused = await failure(
    collect(protocol.callToolStreaming(null, 'm.eth_subscribe', { params: ['weather'] }, subscription(server))),
  );
  const unknown = await failure(protocol.callTool(null, 'm.eth_weather', { params: [] }, call(server)));
  for (const error of [refused, unknown]) {
    assert.ok(error instanceof ToolError);
    assert.equal(error.detail.code, -32601);
  }
  assert.match(refused.message, /no "weather" subscription/);
  assert.equal(server.opened, 1);
});
