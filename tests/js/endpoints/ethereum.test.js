// Ethereum's JSON-RPC with a real node, `ganache`: any method by its name, and subscriptions, which the node names in its answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError } from '../../../js/api/index.js';
import { askForPassword, recipe } from '../../support/endpoints.js';
import { startEthereum } from '../../support/ethereum/node.js';
import { failure, newProtocol } from '../../support/server.js';

test('calls at once on one connection, with and without parameters; errors with their detail', async (t) => {
  const server = await startEthereum(t);
  const protocol = newProtocol(t);
  const call = (method, params) =>
    protocol.callTool(null, `node.${method}`, params ? { params } : {}, recipe(server, 'ethereum'));
  assert.equal(await call('eth_blockNumber'), '0x0');
  const [accounts, version, block] = await Promise.all([
    call('eth_accounts'),
    call('web3_clientVersion'),
    call('eth_getBlockByNumber', ['0x0', false]),
  ]);
  assert.match(accounts[0], /^0x[0-9a-f]{40}$/);
  assert.match(version, /^Ganache\//);
  assert.equal(block.number, '0x0');
  const [from, to] = accounts;
  const hash = await call('eth_sendTransaction', [{ from, to, value: '0x1' }]);
  assert.match(hash, /^0x[0-9a-f]{64}$/);
  assert.equal(await call('eth_getTransactionReceipt', [hash.replace(/.{8}$/, '00000000')]), null);

  const missing = await failure(call('eth_nothing'));
  assert.ok(missing instanceof ToolError);
  assert.match(missing.detail.message, /eth_nothing does not exist/);
  assert.equal(typeof missing.detail.code, 'number');
  const refused = await failure(call('eth_sendTransaction', [{ from: `0x${'1'.repeat(40)}`, to }]));
  assert.match(refused.detail.message, /sender account not recognized/);
  assert.equal(await call('eth_blockNumber'), '0x1');
  assert.equal(server.opened, 1);
});

test('subscriptions beside calls on one connection, each of which ends on the node when it is left', async (t) => {
  const server = await startEthereum(t);
  const protocol = newProtocol(t);
  const call = (method, params = []) =>
    protocol.callTool(null, `node.${method}`, { params }, recipe(server, 'ethereum'));
  const asked = (method) => server.received.map((text) => JSON.parse(text)).filter((one) => one.method === method);
  const answerTo = (request) => server.answers.find(({ id }) => id === request.id);
  const heads = () =>
    protocol.callToolStreaming(
      ...[null, 'node.eth_subscribe', { params: ['newHeads'] }],
      recipe(server, 'ethereum', 'ethereum-subscription'),
    );
  const [own, other] = [heads(), heads()];
  const firsts = [own.next(), other.next()];
  await server.until(() => asked('eth_subscribe').filter(answerTo).length === 2);
  await call('evm_mine');
  for (const { value } of await Promise.all(firsts)) assert.equal(value.number, '0x1');
  assert.deepEqual(await Promise.all([call('eth_blockNumber'), call('eth_blockNumber')]), ['0x1', '0x1']);

  await own.return();
  await server.until(() => asked('eth_unsubscribe').some(answerTo));
  const [left] = asked('eth_unsubscribe');
  assert.equal(answerTo(left).result, true, 'the node had it, and has it no more');
  assert.deepEqual(left.params, [answerTo(asked('eth_subscribe')[0]).result]);
  await call('evm_mine');
  assert.equal((await other.next()).value.number, '0x2');
  await other.return();
  await server.until(() => asked('eth_unsubscribe').filter(answerTo).length === 2);
  assert.equal(await call('eth_blockNumber'), '0x2');
  assert.equal(server.opened, 1);
});

test('a subscription that the node refuses is an error with its detail', async (t) => {
  const server = await startEthereum(t);
  const template = recipe(server, 'ethereum', 'ethereum-subscription');
  const stream = newProtocol(t).callToolStreaming(null, 'node.eth_subscribe', { params: ['weather'] }, template);
  const error = await failure(stream.next());
  assert.ok(error instanceof ToolError);
  assert.match(error.detail.message, /weather|subscription/i);
  assert.equal(server.opened, 1);
});

test('where something before the node asks for a password, a wrong one is refused at the first attempt', async (t) => {
  const server = await startEthereum(t);
  assert.equal(await askForPassword(t, server, recipe(server, 'ethereum'), 'node.eth_blockNumber'), '0x0');
});
