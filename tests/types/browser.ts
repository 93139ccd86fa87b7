// What only a page has. Compiled without the types of Node, never run.
import { expectTypeOf } from 'expect-type';
import { ready, type WasmModule, WebSocketCommunicationProtocol } from 'utcp-websocket';

expectTypeOf<WasmModule>().toEqualTypeOf<WebAssembly.Module>();

export async function start(bytes: ArrayBuffer) {
  await ready(await WebAssembly.compile(bytes));
  return new WebSocketCommunicationProtocol({ WebSocket, fetch });
}
