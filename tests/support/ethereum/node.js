// Starts a node of Ethereum, `ganache`, on a chain of its own, behind a server of ours that notes down what passes.
import ganache from 'ganache';
import { WebSocket } from 'ws';
import { startServer } from '../server.js';

/** Resolves with the server; `answers` are what the node sent, in order; `mine()` has it make a block. @param {import('node:test').TestContext} t */
export async function startEthereum(t) {
  const node = ganache.server({
    logging: { quiet: true },
    wallet: { seed: 'the same accounts each time', totalAccounts: 2 },
  });
  await node.listen(0, '127.0.0.1');
  t.after(() => node.close());
  const answers = [];
  /** By connection: its own to the node. */
  const behind = new Map();
  const server = await startServer(
    t,
    async (socket, text) => {
      const { upstream, open } = behind.get(socket);
      await open;
      upstream.send(text);
    },
    {
      onConnection(socket) {
        const upstream = new WebSocket(`ws://127.0.0.1:${node.address().port}/`);
        const open = new Promise((resolve) => upstream.once('open', resolve));
        behind.set(socket, { upstream, open });
        upstream.on('message', (data) => {
          answers.push(JSON.parse(String(data)));
          socket.send(String(data));
          server.emit('change');
        });
        socket.on('close', () => upstream.close());
      },
    },
  );
  return Object.assign(server, { answers, mine: () => node.provider.request({ method: 'evm_mine', params: [] }) });
}
