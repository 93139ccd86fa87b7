// Starts a node of Ethereum, `ganache`, on a chain of its own, behind a server of ours that notes down what passes.
import ganache from 'ganache';
import { startInFront } from '../in_front.js';

/** Resolves with the server; `answers` are what the node sent, in order; `mine()` has it make a block. @param {import('node:test').TestContext} t */
export async function startEthereum(t) {
  const node = ganache.server({
    logging: { quiet: true },
    wallet: { seed: 'the same accounts each time', totalAccounts: 2 },
  });
  await node.listen(0, '127.0.0.1');
  t.after(() => node.close());
  const server = await startInFront(t, `ws://127.0.0.1:${node.address().port}/`);
  return Object.assign(server, { mine: () => node.provider.request({ method: 'evm_mine', params: [] }) });
}
