// An app that takes another entry of the package than its main one.
import { WebSocketCommunicationProtocol } from 'utcp-websocket/inline';

globalThis.runApp = async (url) => {
  const protocol = new WebSocketCommunicationProtocol();
  const sum = await protocol.callTool(null, 'shop.add', { a: 2, b: 3 }, { url, response_format: 'json' });
  await protocol.close();
  return JSON.stringify(sum);
};
