// What a call template and the options may hold. Compiled, never run.
import { expectTypeOf } from 'expect-type';
import type { Auth, ProtocolOptions, WebSocketCallTemplate } from 'utcp-websocket';
import {
  parseManual,
  ready,
  renderMessage,
  validateCallTemplate,
  WebSocketCommunicationProtocol,
} from 'utcp-websocket';

const url = 'wss://tools.example/';

export const whole: WebSocketCallTemplate = {
  name: 'm',
  call_template_type: 'websocket',
  url,
  message: { id: '{{request_id}}', args: '{{args}}' },
  protocol: 'graphql-transport-ws',
  keep_alive: true,
  response_format: 'json',
  timeout: 0.5,
  headers: { 'X-Trace': '1' },
  header_fields: ['X-Tenant'],
  auth: { auth_type: 'api_key', api_key: 'k', location: 'cookie' },
  allowed_communication_protocols: ['websocket'],
  connection_timeout: 5,
  response_timeout: 5,
  expected_responses: -1,
  close_after_response: false,
  ping_interval: 30,
  message_filter: { type: 'answer' },
  correlation: false,
  messages: ['{{args.audio}}', { type: 'end' }, ['a']],
  message_format: 'base64',
  result_path: '/result',
  result_default: null,
  error_path: '/error',
  progress_filter: { status: 'running', of: '{{request_id}}' },
  stream_end: { type: 'end' },
  stream_end_item: true,
  capture: { sub: '/result' },
  connect: [
    { expect: { ok: true }, error: [{ $prefix: 'no' }], capture: { a: '/a' }, send: ['join', '{{connect.a}}'] },
    { send: 'x' },
  ],
  connect_message: ['join'],
  connect_ack: { ok: true },
  ping_message: 'ping',
  leave_message: ['CLOSE', '{{request_id}}', '{{new_id}}'],
  leave_when: 'always',
  replies: [{ match: { $prefix: '2' }, send: '3' }],
  frame: { terminator: '\u001e', strip: true },
  disconnect_message: { type: 'bye' },
  discovery_message: 'manual',
  discovery: { tools: '/result/methods', name: '/name', inputs: '/params', template: { message: '{{args}}' } },
};

export const credentials: Auth[] = [
  { auth_type: 'api_key', api_key: 'k' },
  { auth_type: 'basic', username: 'u', password: 'p' },
  { auth_type: 'oauth2', token_url: 'https://login.example/', client_id: 'c', client_secret: 's', scope: 'read' },
  { auth_type: 'oauth2_user', access_token: 't', prefix: '' },
];

export const wrong: WebSocketCallTemplate[] = [
  // @ts-expect-error url is required
  { response_format: 'json' },
  // @ts-expect-error another protocol's
  { url, call_template_type: 'http' },
  // @ts-expect-error no such format
  { url, response_format: 'xml' },
  // @ts-expect-error no such time
  { url, leave_when: 'never' },
  // @ts-expect-error nothing to send is false
  { url, message: true },
  // @ts-expect-error seconds are a number
  { url, timeout: '30' },
  // @ts-expect-error a name that is written wrongly
  { url, respons_format: 'json' },
  // @ts-expect-error a pointer or false
  { url, correlation: true },
  // @ts-expect-error members
  { url, progress_filter: 'running' },
  // @ts-expect-error headers are strings
  { url, headers: { 'X-Count': 1 } },
  // @ts-expect-error no such location
  { url, auth: { auth_type: 'api_key', api_key: 'k', location: 'body' } },
  // @ts-expect-error another credential's member
  { url, auth: { auth_type: 'basic', username: 'u', access_token: 't' } },
  // @ts-expect-error no such credential
  { url, auth: { auth_type: 'digest' } },
];

export function given(protocol: WebSocketCommunicationProtocol) {
  // @ts-expect-error a template that is written where it is used is checked
  protocol.callTool(null, 'm.t', {}, { call_template_type: 'websocket', url, timeout: '30' });
  // @ts-expect-error
  protocol.callTool(null, 'm.t', {}, { url, respons_format: 'json' });
  // @ts-expect-error
  protocol.callToolStreaming(null, 'm.t', {}, { call_template_type: 'http', url });
  // @ts-expect-error
  protocol.registerManual(null, { call_template_type: 'websocket', url, keep_alive: 1 });
  // @ts-expect-error
  protocol.registerManual(null, { name: 'm' });
  protocol.registerManual(null, { url, name: undefined });
}

/** A credential is told apart by `auth_type`. */
export function secretOf(auth: Auth): string {
  switch (auth.auth_type) {
    case 'api_key':
      expectTypeOf(auth.location).toEqualTypeOf<'header' | 'query' | 'cookie' | undefined>();
      return auth.api_key;
    case 'basic':
      return auth.password;
    case 'oauth2':
      return auth.client_secret;
    case 'oauth2_user':
      return auth.access_token;
  }
}

/** A template is told apart from those of other protocols. */
export function urlOf(template: WebSocketCallTemplate | { call_template_type: 'text'; content: string }): string {
  return template.call_template_type === 'text' ? template.content : template.url;
}

export const told: WebSocketCallTemplate[] = [
  { url, message: [48, '{{request_id}}'], correlation: ['/2', '/1'] },
  { url, message: ['REQ', '{{args.sub}}'], correlation: { '/1': '{{args.sub}}' } },
  // @ts-expect-error an id is at a place, not in one
  { url, correlation: { '/1': 7 } },
  // @ts-expect-error no such format
  { url, message_format: 'hex' },
];

export const options: ProtocolOptions = {
  retry: false,
  limits: { frameBytes: 1024 },
  browserAuth: undefined,
  credentials: async ({ url, manual, protocols, signal }) => {
    expectTypeOf(protocols).toEqualTypeOf<string[]>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    return { url, query: { manual } };
  },
};

export async function others() {
  // @ts-expect-error no such option
  new WebSocketCommunicationProtocol({ timeout: 3 });
  // @ts-expect-error seconds are a number
  new WebSocketCommunicationProtocol({ idleTimeout: '5m' });
  // @ts-expect-error true is no bounds
  new WebSocketCommunicationProtocol({ retry: true });
  // @ts-expect-error credentials are texts
  new WebSocketCommunicationProtocol({ credentials: () => ({ query: { n: 1 } }) });

  await ready(new URL('https://cdn.example/core.wasm'));
  await ready(new Uint8Array());
  await ready(await fetch('https://cdn.example/core.wasm'));
  // @ts-expect-error not a place where a module may come from
  await ready(null);
  expectTypeOf(validateCallTemplate({})).toEqualTypeOf<WebSocketCallTemplate>();
  expectTypeOf(renderMessage(undefined, {}, { now: new Date(), requestId: 1, uuid: undefined })).toBeString();
  expectTypeOf(parseManual('').tools[0]?.tags).toEqualTypeOf<string[] | undefined>();
}
