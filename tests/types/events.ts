// Events are typed by their name. Compiled, never run.
import { expectTypeOf } from 'expect-type';
import type { EventType, UtcpWebSocketEventMap, WebSocketCommunicationProtocol } from 'utcp-websocket';
import { UtcpWebSocketEvent } from 'utcp-websocket';

expectTypeOf<EventType>().toEqualTypeOf<
  'open' | 'close' | 'send' | 'message' | 'unsolicited' | 'retry' | 'token' | 'warning'
>();

export function listen(protocol: WebSocketCommunicationProtocol, signal: AbortSignal) {
  protocol.addEventListener('close', (event) => {
    expectTypeOf(event.type).toEqualTypeOf<'close'>();
    expectTypeOf(event.closeCode).toEqualTypeOf<number>();
    expectTypeOf(event.reason).toEqualTypeOf<string>();
    expectTypeOf(event.connectionId).toEqualTypeOf<number>();
    expectTypeOf(event.requestId).toEqualTypeOf<string | undefined>();
  });
  protocol.addEventListener('retry', ({ attempt, delay, connectionId }) => {
    expectTypeOf(attempt).toEqualTypeOf<number>();
    expectTypeOf(delay).toEqualTypeOf<number>();
    expectTypeOf(connectionId).toEqualTypeOf<number | undefined>();
  });
  protocol.addEventListener('send', (event) => expectTypeOf(event.requestId).toEqualTypeOf<string>(), { once: true });
  protocol.addEventListener('message', { handleEvent: (event) => expectTypeOf(event.size).toEqualTypeOf<number>() });
  protocol.addEventListener('token', (event) => expectTypeOf(event.message).toEqualTypeOf<string>(), { signal });

  const anyEvent = (event: UtcpWebSocketEvent) => console.log(event.endpoint, event.time);
  for (const type of ['open', 'close'] as const) protocol.addEventListener(type, anyEvent);
  protocol.removeEventListener('open', anyEvent);
  const onClose = (event: UtcpWebSocketEventMap['close']) => console.log(event.closeCode);
  protocol.addEventListener('close', onClose);
  protocol.removeEventListener('close', onClose);

  // @ts-expect-error no such event
  protocol.addEventListener('closed', () => {});
  // @ts-expect-error another event's listener
  protocol.addEventListener('open', onClose);
  // @ts-expect-error an opening has no close code that could be counted with
  protocol.addEventListener('open', (event) => event.closeCode.toFixed());

  const target: EventTarget = protocol;
  target.addEventListener('open', (event) => {
    if (event instanceof UtcpWebSocketEvent) expectTypeOf(event.size).toEqualTypeOf<number | undefined>();
  });
}
