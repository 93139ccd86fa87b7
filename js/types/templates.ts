// Owns the types of what is written as JSON: call templates with their credentials, tools, manuals. Must not know the result of a
// call: that is in results.ts.

/** How a response is decoded. */
export type ResponseFormat = 'json' | 'text' | 'raw' | 'base64';

/**
 * How to call a tool, or discover a manual, over WebSocket. Times are in seconds; fractions are allowed. Unknown fields are
 * kept and ignored at run time.
 *
 * The three parameters are inferred from a literal; `callTool` derives the type of its result from them.
 * @typeParam Format the type of `response_format`
 * @typeParam Count the type of `expected_responses`
 * @typeParam Path the type of `result_path`
 */
export interface WebSocketCallTemplate<
  Format extends ResponseFormat | undefined = ResponseFormat | undefined,
  Count extends number | undefined = number | undefined,
  Path extends string | undefined = string | undefined,
> {
  /** The manual's name; with the SDK also a prefix of its tools' names. Default: none. */
  name?: string | undefined;
  /** Distinguishes this call template from those of other protocols. Default `'websocket'`; the SDK requires it. */
  call_template_type?: 'websocket' | undefined;
  /** The endpoint: `wss:` to any host, `ws:` to a literal loopback host only. A fragment is removed. */
  url: string;
  /**
   * The message to send, with placeholders. `UTCP_ARG_city_UTCP_ARG` and `{{args.city}}` become the argument `city` as text; a string that
   * is only `{{args.city}}` becomes its JSON value. `{{request_id}}`, `{{uuid}}`, `{{now}}`, `{{tool_name}}` and `{{args}}` are built in.
   * So are `{{new_id}}`, an id that no other request on the connection has, and `{{traceparent}}` and `{{tracestate}}` from the option
   * `traceContext`: if a call has none, a member or element that is only the placeholder is omitted; inside a longer text it becomes empty.
   * In an object, `"...": "{{args}}"` inserts each argument as a member, except those whose name the object already has.
   * `false`: nothing is sent, and the call receives what the server sends on its own.
   * Default: the arguments as a JSON object.
   */
  message?: string | object | false | undefined;
  /**
   * Instead of `message`: 1 to 20 messages, each like `message`, which a call sends in order. `{{request_id}}` and `{{uuid}}` are the
   * same in all, `{{new_id}}` and `{{now}}` new in each. Answers are matched by the first that contains `{{request_id}}` or `{{uuid}}`. Default: none.
   */
  messages?: readonly (string | object)[] | undefined;
  /**
   * `'binary'`: the message is sent as a binary frame. If it is only the placeholder of one argument, `'{{args.audio}}'`, the argument may be a
   * `Uint8Array`, another view or an `ArrayBuffer`, whose bytes are sent; otherwise the text is sent as UTF-8. Of `messages`, only those that are such a
   * placeholder are binary. `'base64'`: a binary argument is inserted as base64 text, anywhere in the message. Bytes anywhere else are
   * refused with a `TypeError`. Default `'text'`.
   */
  message_format?: 'text' | 'binary' | 'base64' | undefined;
  /**
   * Handles a placeholder without its argument. `'error'`: the call rejects with `invalid_argument`, which names it;
   * `'omit'`: a member or element that is only the placeholder is omitted, inside a longer text it becomes empty; `'keep'`: it is sent
   * unchanged. Default `'error'`.
   */
  missing_arguments?: 'error' | 'omit' | 'keep' | undefined;
  /** WebSocket subprotocol; the peer must select it. Default: none. */
  protocol?: string | undefined;
  /** Keep the connection for later calls. Default `true`. */
  keep_alive?: boolean | undefined;
  /**
   * `'json'`: parsed, or the text if it is not JSON; `'text'`, `'raw'`: the text. Default: the text. Binary frames are a
   * `Uint8Array`; `'base64'` turns them into text, and leaves text frames unchanged.
   */
  response_format?: Format;
  /** Seconds; the default of `connection_timeout` and `response_timeout`. Default 30. */
  timeout?: number | undefined;
  /** Handshake headers. Browsers cannot send any: there the call rejects with `auth_unsupported`. Default: none. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Arguments that are also sent as handshake headers of the same name. Default: none. */
  header_fields?: readonly string[] | undefined;
  /** The credential for new connections. Default: none. */
  auth?: Auth | undefined;
  /** Used by the SDK: which protocols the manual's tools may use; kept unchanged. */
  allowed_communication_protocols?: readonly string[] | undefined;
  /** Seconds from the call until it has a connection, else `connection_timeout`. Default `timeout`. */
  connection_timeout?: number | undefined;
  /** Seconds from sending to the response, in a stream between two items, restarted by progress; else `response_timeout`. Default `timeout`. */
  response_timeout?: number | undefined;
  /**
   * How many responses to expect: n ≥ 1, or -1 until the peer ends it. A call resolves with an array, unless it is 1. 0: none, a call
   * resolves with `undefined` once its message is sent.
   * Default 1 for a call, no limit for a stream.
   */
  expected_responses?: Count;
  /** Close the connection when the call is over. Default: the opposite of `keep_alive`. */
  close_after_response?: boolean | undefined;
  /**
   * Seconds between heartbeats while the connection is kept. If the peer is silent for a whole interval, the connection is closed, and its calls
   * reject with `connection_closed`. Default 30.
   */
  ping_interval?: number | undefined;
  /** Members that a response must have, at any depth, with placeholders as in `message`; other frames are reported and dropped. Default: none. */
  message_filter?: object | undefined;
  /**
   * JSON Pointer to the request's id in a response; an array: up to 8, of which the first that holds the id of a waiting call counts.
   * `{ '/1': '{{args.sub}}' }`: this text is there instead of an id, with placeholders as in `message`; a call gets a connection
   * on which no other call with the same value is in flight or was left unanswered. `{ $prefix: '43{{request_id}}[' }`: the start of its text, with the id
   * as digits. `false`: responses carry no id. Default: detected from `message`.
   */
  correlation?: string | readonly string[] | Readonly<Record<string, string>> | false | undefined;
  /**
   * Values to keep from the first answer, which carries the request's id, as names and JSON Pointers. That answer is not an item.
   * Later frames are matched by `{{answer.name}}`, which must be a whole value of `message_filter`, and may also be used in `stream_end`, `error_match` and
   * `leave_message`; or by the value in `correlation` (`{ '/method': '{{args.event}}' }`). Default: none.
   */
  capture?: Readonly<Record<string, string>> | undefined;
  /**
   * Members of a frame by which the service gives up a connection, at any depth, or `{ $prefix: 'ERROR' }` for how a text begins; an
   * array: any of them. The connection is closed, and calls on it reject with `connection_closed`, which shows the frame. One that is
   * the error of a call (`error_match`, `error_path`) is only that. Default: none.
   */
  connection_error?: object | readonly object[] | undefined;
  /** JSON Pointer to the result in a JSON response. Default: the whole response. */
  result_path?: Path;
  /**
   * The result (any JSON value) of a response that carries an id or passes `message_filter`, but has nothing or null at `result_path`.
   * Default: such frames are not responses.
   */
  result_default?: unknown;
  /**
   * JSON Pointer, or several, of which the first with a value counts; if a value other than null is there, the call rejects
   * with `tool_failed`. Default: none.
   */
  error_path?: string | readonly string[] | undefined;
  /**
   * Members of a frame that is an error, at any depth, or `{ $prefix: 'ERR' }` for the start of a text; an array: any of them. Checked
   * before `message_filter`, with placeholders as in `message`. The `detail` is the value at `error_path`, else the frame. Default: none.
   */
  error_match?: object | readonly object[] | undefined;
  /**
   * Members of a frame that reports progress of a call, at any depth, or `{ $prefix: '%' }` for the start of a text. Such a frame is not an answer: it
   * restarts `response_timeout`, and is passed to the option `onProgress`. A value `'{{request_id}}'` is the call's own id, as a text or a
   * number; calls with correlation accept only frames with their id, there or where answers carry it. Checked after `error_match` and
   * `message_filter`. Default: none.
   */
  progress_filter?: object | undefined;
  /** Members of the frame that ends a stream, with placeholders as in `message`. Default `{ type: 'stream_end' }`. */
  stream_end?: object | undefined;
  /**
   * Whether the frame that ends a stream is also its last item: its value at `result_path`, else the whole frame. Default `false`.
   */
  stream_end_item?: boolean | undefined;
  /** The handshake of a new connection, 1 to 20 steps, which calls wait for. Default: none. */
  connect?: ConnectStep[] | undefined;
  /** A short form of `connect`: the first message, with `{{uuid}}`, `{{now}}` and `{{new_id}}` filled in. Default: none. */
  connect_message?: string | object | undefined;
  /** Members of the frame that calls wait for after `connect_message`, or `{ $prefix: '40' }` for the start of its text. Default: none. */
  connect_ack?: object | undefined;
  /**
   * Heartbeat for hosts that cannot send WebSocket pings (all but `ws` and Bun); any frame that arrives counts
   * as an answer. Default: such hosts send no heartbeat.
   */
  ping_message?: string | object | undefined;
  /**
   * Replies to frames that the service sends on its own, with or without calls in flight. The first that matches a frame is sent; the frame then answers
   * no call. At most 20. Default: none.
   */
  replies?: readonly FrameReply[] | undefined;
  /** The framing around the JSON of messages. Default: none. */
  frame?: FrameFormat | undefined;
  /**
   * Tells the service that a call is abandoned: aborted, timed out, ended by a limit or a stream's `expected_responses`, its stream left or its
   * connection closed while it ran. A message like `message`, with the values of the call: `{{request_id}}` is its id. Sent on its connection,
   * after its own message; never for a request for a manual. Default: none.
   */
  leave_message?: string | object | undefined;
  /**
   * `'always'`: also when the service has ended the call; a connection that calls cannot share is then closed. Default `'left'`.
   */
  leave_when?: 'left' | 'always' | undefined;
  /** Sent before this side closes an open connection: `close()`, idle, deregistered, left; filled in like `connect_message`. Default: none. */
  disconnect_message?: string | object | undefined;
  /** The request for the manual, with `{{request_id}}`, `{{new_id}}`, `{{uuid}}` and `{{now}}` filled in. Default `{ type: 'utcp' }`. */
  discovery_message?: string | object | undefined;
  /**
   * How to build a manual from the answer to `discovery_message`. Default: the answer is a manual.
   */
  discovery?: Discovery | undefined;
}

/** Where a service's own list holds its tools, and how to call them. The defaults are MCP's `tools/list`. */
export interface Discovery {
  /** JSON Pointer to the array of tools in the answer. Default `/result/tools`. */
  tools?: string | undefined;
  /** JSON Pointer to a tool's name in its element. Elements without one are skipped. Default `/name`. */
  name?: string | undefined;
  /** JSON Pointer to its description. Default `/description`. */
  description?: string | undefined;
  /** JSON Pointer to the JSON Schema of its arguments. Default `/inputSchema`. */
  inputs?: string | undefined;
  /** JSON Pointer to the JSON Schema of its result. Default `/outputSchema`. */
  outputs?: string | undefined;
  /**
   * Members of the tools' call templates that differ from this one. A `url` among them replaces this template as a whole. Default: none differ.
   */
  template?: object | undefined;
}

/** The reply to frames that a service sends on its own. */
export interface FrameReply {
  /** Members of the frame, at any depth, or `{ $prefix: '2' }` for the start of its text. */
  match: object;
  /** A message. `{{frame:/id}}` is the frame's value at that JSON Pointer; `{{uuid}}`, `{{now}}`, `{{new_id}}` and values captured by `connect` are filled in. */
  send: string | object;
}

/** The framing around the JSON of messages. */
export interface FrameFormat {
  /** Is appended to each message sent, and splits a received text into messages. Default: none. */
  terminator?: string | undefined;
  /** Received JSON begins at the first `{` or `[` of a text; a text result is returned whole. Default `false`. */
  strip?: boolean | undefined;
}

/** One step of a handshake: waits for a frame, captures values from it, then sends a message. */
export interface ConnectStep {
  /** Members of the frame to wait for, or the start of its text: `{ $prefix: '220 ' }`. Default: does not wait. */
  expect?: object | undefined;
  /**
   * The message to send, with `{{uuid}}`, `{{now}}`, `{{new_id}}` and captured values (`{{connect.name}}`) filled in.
   * `{ $sha256_base64: ['a', 'b'] }` becomes the SHA-256 of the concatenated texts, in base64. Default: none.
   */
  send?: string | object | undefined;
  /** A frame that matches it, or one of an array, refuses the connection: calls reject with `WebSocketAuthError`. Default: none. */
  error?: object | undefined;
  /**
   * Values to keep from the frame, as names and JSON Pointers: `{{connect.name}}` in later steps and all messages but
   * `connect_message`. A frame that lacks one is not the expected frame. Default: none.
   */
  capture?: Record<string, string> | undefined;
}

/**
 * A call template of an unspecific type, such as the SDK's `CallTemplate`, a tool's, or an object in a
 * variable without a type. It is checked when it is used.
 * @typeParam Type `string`; a literal is refused, so that `WebSocketCallTemplate` checks the fields
 */
export interface UntypedCallTemplate<Type extends string = string> {
  /** Its protocol: `websocket` here, else the call rejects with `invalid_call_template`. */
  call_template_type: Type & (string extends Type ? unknown : never);
  /** Its other fields, those of `WebSocketCallTemplate`. */
  [field: string]: any;
}

/** Any call template that a caller may have. */
export type AnyCallTemplate<Type extends string = string> = WebSocketCallTemplate | UntypedCallTemplate<Type>;

/** A credential, discriminated by `auth_type`. */
export type Auth = ApiKeyAuth | BasicAuth | OAuth2Auth | OAuth2UserAuth;

/** A key in a header, the query or a cookie. */
export interface ApiKeyAuth {
  /** The kind of credential. */
  auth_type: 'api_key';
  /** The key; a secret. */
  api_key: string;
  /** The name of the header, query parameter or cookie. Default `X-Api-Key`. */
  var_name?: string | undefined;
  /** Where to send the key. Without the option `browserAuth`, browsers can only send it in the query. Default `'header'`. */
  location?: 'header' | 'query' | 'cookie' | undefined;
}

/** `Authorization: Basic …` (RFC 7617, UTF-8). */
export interface BasicAuth {
  /** The kind of credential. */
  auth_type: 'basic';
  /** Without a colon and control characters. */
  username: string;
  /** A secret; without control characters. */
  password: string;
}

/** A token of the client credentials grant (RFC 6749 section 4.4), kept until shortly before it expires. */
export interface OAuth2Auth {
  /** The kind of credential. */
  auth_type: 'oauth2';
  /** The token endpoint: `https:` to any host, `http:` to a literal loopback host only. */
  token_url: string;
  /** The client's id at the token endpoint. */
  client_id: string;
  /** The client's secret. */
  client_secret: string;
  /** Scopes, with spaces between them. Default: none. */
  scope?: string | undefined;
}

/** A ready access token of a user. */
export interface OAuth2UserAuth {
  /** The kind of credential. */
  auth_type: 'oauth2_user';
  /** The token; a secret. */
  access_token: string;
  /** The name of the header. Default `Authorization`. */
  var_name?: string | undefined;
  /** The prefix of its value. Default `'Bearer '`. */
  prefix?: string | undefined;
}

/** A tool as its manual describes it. */
export interface Tool {
  /** Its name within the manual; with the SDK `manual.tool`. */
  name: string;
  /** What it does, written for a model. */
  description: string;
  /** JSON Schema of the arguments. */
  inputs: Record<string, unknown>;
  /** JSON Schema of the result. */
  outputs: Record<string, unknown>;
  /** Search keywords. */
  tags: string[];
  /** Bytes of a typical response. */
  average_response_size?: number;
  /** How to call it, over any protocol. */
  tool_call_template: UntypedCallTemplate;
}

/** A provider's description of its tools. */
export interface Manual {
  /** The version of UTCP that the manual follows. */
  utcp_version: string;
  /** The manual's own version. */
  manual_version: string;
  /** The tools. */
  tools: Tool[];
}
