// Ethereum's JSON-RPC with a real node, `ganache`: any method by its name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError } from '../../../js/api/index.js';
import { recipe } from '../../support/endpoints.js';
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
