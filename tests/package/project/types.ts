// Compiled inside the temporary project: the published types by themselves, strictly, without those of Node or the SDK.
import { isSecureWebSocketUrl, ready, ToolError, WebSocketCommunicationProtocol } from 'utcp-websocket';

const callTemplate = { call_template_type: 'websocket', url: 'wss://tools.example/' };

export async function use(signal: AbortSignal): Promise<unknown> {
  await ready();
  const secure: boolean = isSecureWebSocketUrl(callTemplate.url);
  const protocol = new WebSocketCommunicationProtocol();
  try {
    for await (const item of protocol.callToolStreaming(null, 'manual.watch', {}, callTemplate, { signal })) {
      if (item === undefined) break;
    }
    return secure ? await protocol.callTool('caller', 'manual.tool', { n: 1 }, callTemplate) : undefined;
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    throw error;
  } finally {
    await protocol.close();
  }
}
