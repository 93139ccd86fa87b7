// The app that every bundler builds: discovers the tools of a provider, calls one and streams from one.
import { WebSocketCommunicationProtocol } from 'utcp-websocket';

globalThis.runApp = async (url) => {
  const protocol = new WebSocketCommunicationProtocol();
  const provider = { name: 'shop', call_template_type: 'websocket', url };
  const { manual, errors } = await protocol.registerManual(null, provider);
  if (errors.length > 0) return errors.join();
  const [add, count] = manual.tools.map((tool) => tool.tool_call_template);
  const sum = await protocol.callTool(null, 'shop.add', { a: 2, b: 3 }, add);
  const items = [];
  for await (const item of protocol.callToolStreaming(null, 'shop.count', { to: 3 }, count)) items.push(item);
  await protocol.close();
  return JSON.stringify({ tools: manual.tools.map(({ name }) => name), sum, items });
};
