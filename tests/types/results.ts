// What a call resolves with and a stream yields, by its call template. Compiled, never run.
import { expectTypeOf } from 'expect-type';
import type { JsonValue, Manual, UntypedCallTemplate } from 'utcp-websocket';
import { WebSocketCommunicationProtocol } from 'utcp-websocket';

const url = 'wss://tools.example/';
type Result = JsonValue | Uint8Array; // any JSON, where the tool answers as a stream does
interface Weather {
  celsius: number;
}

export async function calls(protocol: WebSocketCommunicationProtocol, manual: Manual, n: number, anything: any) {
  const call = () => protocol.callTool(null, 'm.t', {}, { url });
  expectTypeOf(await call()).toEqualTypeOf<Result>();
  expectTypeOf(await protocol.callTool(null, 'm.t', null, { url, response_format: 'text' })).toEqualTypeOf<Result>();
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, { url, response_format: 'raw' })).toEqualTypeOf<
    string | Uint8Array
  >();
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, { url, response_format: 'base64' })).toEqualTypeOf<JsonValue>();
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, { url, response_format: 'json' })).toEqualTypeOf<unknown>();
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, { url, result_path: '/result' })).toEqualTypeOf<unknown>();

  // Anything but 1 gives an array, and 0 nothing.
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, { url, expected_responses: 1 })).toEqualTypeOf<Result>();
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, { url, expected_responses: 2 })).toEqualTypeOf<Result[]>();
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, { url, expected_responses: 0 })).toEqualTypeOf<undefined>();
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, { url, expected_responses: -1 })).toEqualTypeOf<Result[]>();
  expectTypeOf(
    await protocol.callTool(null, 'm.t', {}, { url, response_format: 'json', expected_responses: 3 }),
  ).toEqualTypeOf<unknown[]>();
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, { url, expected_responses: n })).toEqualTypeOf<
    Result | Result[] | undefined
  >();

  // With a type argument the result is of that type.
  expectTypeOf(
    await protocol.callTool<Weather>(null, 'm.t', {}, { url, response_format: 'json' }),
  ).toEqualTypeOf<Weather>();
  expectTypeOf(await protocol.callTool<string>(null, 'm.t', {}, { url })).toEqualTypeOf<string>();
  expectTypeOf(await protocol.callTool<any>(null, 'm.t', {}, { url })).toBeAny();
  // @ts-expect-error the template is checked nevertheless
  protocol.callTool<Weather>(null, 'm.t', {}, { url, timeout: '30' });

  // Of a template whose type says nothing, nothing is known.
  const [tool] = manual.tools;
  if (tool) expectTypeOf(await protocol.callTool(null, 'm.t', {}, tool.tool_call_template)).toBeAny();
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, anything)).toBeAny();
  const widened = { call_template_type: 'websocket', url };
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, widened)).toBeAny();
  expectTypeOf(await protocol.callTool<Weather>(null, 'm.t', {}, widened)).toEqualTypeOf<Weather>();
  expectTypeOf(widened).toExtend<UntypedCallTemplate>();

  // A template in a variable keeps its literals with `as const`.
  const kept = { url, response_format: 'json', expected_responses: 2, header_fields: ['key'] } as const;
  expectTypeOf(await protocol.callTool(null, 'm.t', {}, kept)).toEqualTypeOf<unknown[]>();
}

export async function streams(protocol: WebSocketCommunicationProtocol, manual: Manual) {
  for await (const item of protocol.callToolStreaming(null, 'm.t', {}, { url })) {
    expectTypeOf(item).toEqualTypeOf<JsonValue | Uint8Array>();
  }
  for await (const item of protocol.callToolStreaming(null, 'm.t', {}, { url, response_format: 'json' })) {
    expectTypeOf(item).toEqualTypeOf<unknown>();
  }
  for await (const item of protocol.callToolStreaming(null, 'm.t', {}, { url, expected_responses: 3 })) {
    expectTypeOf(item).toEqualTypeOf<JsonValue | Uint8Array>(); // each of the three
  }
  for await (const item of protocol.callToolStreaming<Weather>(null, 'm.t', {}, { url, result_path: '/x' })) {
    expectTypeOf(item).toEqualTypeOf<Weather>();
  }
  const [tool] = manual.tools;
  if (!tool) return;
  const stream = protocol.callToolStreaming(null, 'm.t', {}, tool.tool_call_template);
  expectTypeOf(stream).toEqualTypeOf<AsyncGenerator<any, void, unknown>>();
}

export async function rest(protocol: WebSocketCommunicationProtocol, signal: AbortSignal | undefined) {
  const template = { name: 'm', url } as const;
  const registered = await protocol.registerManual(null, template, { signal });
  expectTypeOf(registered.manualCallTemplate).toEqualTypeOf<typeof template>();
  expectTypeOf(registered.manual).toEqualTypeOf<Manual>();
  expectTypeOf(protocol.deregisterManual(null, template)).toEqualTypeOf<Promise<void>>();
  expectTypeOf(protocol.close()).toEqualTypeOf<Promise<void>>();
  await using scoped = new WebSocketCommunicationProtocol();
  expectTypeOf(scoped[Symbol.asyncDispose]()).toEqualTypeOf<Promise<void>>();

  // @ts-expect-error a signal is an AbortSignal
  protocol.callTool(null, 'm.t', {}, { url }, { signal: 'stop' });
  // @ts-expect-error a tool has a name
  protocol.callTool(null, 7, {}, { url });
}
