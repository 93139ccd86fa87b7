// A route handler: calls from the server.
import { WebSocketCommunicationProtocol } from 'utcp-websocket';

export async function GET({ nextUrl }) {
  const protocol = new WebSocketCommunicationProtocol();
  const template = { url: nextUrl.searchParams.get('url'), response_format: 'json' };
  const result = await protocol.callTool(null, 'tools.echo', { from: 'route' }, template);
  await protocol.close();
  return Response.json(result);
}
