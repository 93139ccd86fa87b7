// Compiled inside the temporary project: what a CommonJS file of TypeScript sees, with require() and with import().
import { ready, ToolError } from 'utcp-websocket';

export async function use(error: unknown): Promise<string | undefined> {
  await ready();
  const { isSecureWebSocketUrl } = await import('utcp-websocket');
  const secure: boolean = isSecureWebSocketUrl('wss://tools.example/');
  return secure && error instanceof ToolError ? error.code : undefined;
}
