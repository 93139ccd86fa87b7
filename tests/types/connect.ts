// What `connect` gives, by its options and its template. Compiled, never run.
import { expectTypeOf } from 'expect-type';
import type { Endpoint, JsonValue, Tool } from 'utcp-websocket';
import { connect } from 'utcp-websocket';

const url = 'wss://tools.example/';
interface Weather {
  celsius: number;
}

export async function discovered(signal: AbortSignal) {
  const tools = await connect(url, { signal, timeout: 5, headers: { 'X-Key': 'k' }, retry: false });
  expectTypeOf(tools).toEqualTypeOf<Endpoint>();
  expectTypeOf(tools.tools).toEqualTypeOf<readonly Tool[]>();
  expectTypeOf(tools.leftOut).toEqualTypeOf<readonly string[]>();
  // The template of a discovered tool says nothing to the compiler.
  expectTypeOf(await tools.call('add', { a: 1 })).toBeAny();
  expectTypeOf(await tools.call<Weather>('weather', null, { signal, timeout: 3 })).toEqualTypeOf<Weather>();
  await tools.call('add', { a: 1 }, { onProgress: (value) => expectTypeOf(value).toBeAny() });
  for await (const item of tools.stream<Weather>('watch')) expectTypeOf(item).toEqualTypeOf<Weather>();
  await connect(new URL(url));
  await connect({ url, auth: { auth_type: 'api_key', api_key: '$KEY' } });
  await using scoped = await connect(url);
  expectTypeOf(scoped.close()).toEqualTypeOf<Promise<void>>();
  // @ts-expect-error a tool has a name
  await tools.call();
  // @ts-expect-error arguments are by name, or an array
  await tools.call('add', 'a');
  // @ts-expect-error a number of seconds
  await connect(url, { timeout: '5' });
  // @ts-expect-error asking for the tools tells no progress
  await connect(url, { onProgress: () => {} });
  // @ts-expect-error a function
  await tools.call('add', null, { onProgress: 'log' });
  // @ts-expect-error an option that is not known
  await connect(url, { discovery: false });
}

export async function without(discover: { discover: false }) {
  const text = await connect({ url, message: '{{args}}' }, { discover: false });
  expectTypeOf(await text.call('any', ['a', 1])).toEqualTypeOf<JsonValue | Uint8Array>();
  for await (const item of text.stream('any')) expectTypeOf(item).toEqualTypeOf<JsonValue | Uint8Array>();
  const json = await connect({ url, response_format: 'json', expected_responses: 2 }, discover);
  expectTypeOf(await json.call('any')).toEqualTypeOf<unknown[]>();
  expectTypeOf(await json.call<Weather[]>('any')).toEqualTypeOf<Weather[]>();
  expectTypeOf(json.arguments).toEqualTypeOf<readonly string[]>();
  // @ts-expect-error what to send is in the template
  await connect(url, { discover: false });
  // @ts-expect-error the template is checked
  await connect({ url, timeout: '30' }, { discover: false });
}
