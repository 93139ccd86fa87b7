// The servers of the comparison, in a process of their own: JSON-RPC, graphql-ws and MCP, each by hand and as lean as the other, so
// that what is measured is the client. Tells its URL to its parent.
import { WebSocketServer } from 'ws';

/** What each answers to a message. @type {Record<string, (message: any) => object[]>} */
const answers = {
  '/jsonrpc': ({ id, params }) => [{ jsonrpc: '2.0', id, result: params }],
  '/graphql': ({ type, id, payload }) =>
    type === 'connection_init'
      ? [{ type: 'connection_ack' }]
      : type === 'subscribe'
        ? [
            { id, type: 'next', payload: { data: payload.variables } },
            { id, type: 'complete' },
          ]
        : [],
  '/mcp': ({ id, method, params }) => {
    if (id === undefined) return [];
    const serverInfo = { name: 'bench', version: '1' };
    const result =
      method === 'initialize'
        ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo }
        : { content: [], structuredContent: params.arguments };
    return [{ jsonrpc: '2.0', id, result }];
  },
};

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: ([first]) => first });
server.on('connection', (socket, { url = '' }) => {
  const answer = answers[url];
  socket.on('message', (data) => {
    for (const one of answer(JSON.parse(String(data)))) socket.send(JSON.stringify(one));
  });
});
server.on('listening', () => process.send?.({ url: `ws://127.0.0.1:${server.address().port}` }));
process.on('disconnect', () => process.exit(0));
