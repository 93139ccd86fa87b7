// Owns the types of what is written down as JSON: call templates with their credentials, tools, manuals. Must not know what a
// call gives: that is in results.ts.

/** How a response becomes a value. */
export type ResponseFormat = 'json' | 'text' | 'raw' | 'base64';

/**
 * How to call a tool, or discover a manual, over WebSocket. Times are in seconds; fractions are allowed. Fields that are not
 * known are kept and ignored at run time.
 *
 * The three parameters are found from the literal that is given; `callTool` types its result by them.
 * @typeParam Format the type of `response_format`
 * @typeParam Count the type of `expected_responses`
 * @typeParam Path the type of `result_path`
 */
export interface WebSocketCallTemplate<
  Format extends ResponseFormat | undefined = ResponseFormat | undefined,
  Count extends number | undefined = number | undefined,
  Path extends string | undefined = string | undefined,
> {
  /** The manual's name; with the SDK also what its tools' names start with. Default: none. */
  name?: string | undefined;
  /** What tells this call template from those of other protocols. Default `'websocket'`; the SDK wants it written out. */
  call_template_type?: 'websocket' | undefined;
  /** What is opened: `wss:` to any host, `ws:` to a literal loopback host only. A fragment is cut off. */
  url: string;
  /**
   * What is sent, with placeholders: `UTCP_ARG_city_UTCP_ARG` becomes the argument `city` as text, `{{args.city}}` the same, as the
   * whole of a string as the JSON value that it is; `{{request_id}}`, `{{uuid}}`, `{{now}}`, `{{tool_name}}` and `{{args}}` are built in;
   * so are `{{new_id}}`, an id that no request on the connection has, and `{{traceparent}}` and `{{tracestate}}`, of the option
   * `traceContext`: where a call has none, a member or element whose whole value it is is left out, inside a text nothing takes its place.
   * In an object, `"...": "{{args}}"` becomes the arguments, each a member, but for those of a name that stands beside it.
   * `false`: nothing is sent, the call takes what the server sends by itself.
   * Default: the arguments as a JSON object.
   */
  message?: string | object | false | undefined;
  /**
   * In place of `message`: 1 to 20 messages, each as that is, which a call sends one after the other; `{{request_id}}` and `{{uuid}}` are the
   * same in all, `{{new_id}}` and `{{now}}` new in each. Answers are told by the first that holds `{{request_id}}` or `{{uuid}}`. Default: none.
   */
  messages?: readonly (string | object)[] | undefined;
  /**
   * `'binary'`: the message goes out as a binary frame. Where it is the placeholder of one argument alone, `'{{args.audio}}'`, that may be a
   * `Uint8Array`, another view or an `ArrayBuffer`, whose bytes are sent; else its text as UTF-8. Of `messages` only those that are such a
   * placeholder are binary. `'base64'`: an argument that is bytes goes in as their base64 text, wherever it stands. Bytes anywhere else are
   * refused with a `TypeError`. Default `'text'`.
   */
  message_format?: 'text' | 'binary' | 'base64' | undefined;
  /**
   * What becomes of a placeholder whose argument is missing. `'error'`: the call rejects with `invalid_argument`, which names it;
   * `'omit'`: a member or element whose whole value it is is left out, inside a text nothing takes its place; `'keep'`: it is sent as it
   * stands. Default `'error'`.
   */
  missing_arguments?: 'error' | 'omit' | 'keep' | undefined;
  /** WebSocket subprotocol; the peer must choose it. Default: none. */
  protocol?: string | undefined;
  /** Keep the connection for later calls. Default `true`. */
  keep_alive?: boolean | undefined;
  /**
   * `'json'`: parsed, or the text where it is not JSON; `'text'`, `'raw'`: the text. Default: the text. Binary frames are a
   * `Uint8Array`; with `'base64'` they are that as text, and texts stay texts.
   */
  response_format?: Format;
  /** Seconds; the default of `connection_timeout` and `response_timeout`. Default 30. */
  timeout?: number | undefined;
  /** Handshake headers. Browsers cannot send any: there the call rejects with `auth_unsupported`. Default: none. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Arguments that also go into handshake headers of that name. Default: none. */
  header_fields?: readonly string[] | undefined;
  /** The credential that connections are opened with. Default: none. */
  auth?: Auth | undefined;
  /** The SDK's: which protocols the manual's tools may use; kept as it is. */
  allowed_communication_protocols?: readonly string[] | undefined;
  /** Seconds from the call until it has a connection, else `connection_timeout`. Default `timeout`. */
  connection_timeout?: number | undefined;
  /** Seconds from sending to the response, in a stream between two items, anew with each progress; else `response_timeout`. Default `timeout`. */
  response_timeout?: number | undefined;
  /**
   * How many responses there are: n ≥ 1, or -1 until the peer ends it: a call resolves with an array, but where it is 1. 0: none, a call
   * resolves with `undefined` once its message is sent.
   * Default 1 for a call, no limit for a stream.
   */
  expected_responses?: Count;
  /** Close the connection when the call is over. Default: the opposite of `keep_alive`. */
  close_after_response?: boolean | undefined;
  /**
   * Seconds between heartbeats while the connection is kept. A peer that is silent for a whole interval is left, and its calls
   * reject with `connection_closed`. Default 30.
   */
  ping_interval?: number | undefined;
  /** Members that a response must have, at any depth, with placeholders as in `message`; other frames are reported and dropped. Default: none. */
  message_filter?: object | undefined;
  /**
   * JSON Pointer to the request's id in a response; an array: up to 8, of which the first counts that holds the id of a call that waits.
   * `{ '/1': '{{args.sub}}' }`: what stands there is no id but this text, with placeholders as in `message`; a call waits for a connection
   * where no other of the same value is under way or was left unanswered. `{ $prefix: '43{{request_id}}[' }`: how its text begins, with the id
   * as digits. `false`: responses carry none. Default: found from `message`.
   */
  correlation?: string | readonly string[] | Readonly<Record<string, string>> | false | undefined;
  /**
   * Names, and JSON Pointers to the values of the first answer, which carries the request's id, that they stand for. That answer is no item.
   * What follows is known by `{{answer.name}}`, which must be a whole value of `message_filter`, and may stand in `stream_end`, `error_match` and
   * `leave_message` too; or by what `correlation` says, where that is `{ '/method': '{{args.event}}' }`. Default: none.
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
   * The result where a response is one, with an id or by `message_filter`, but has nothing or null at `result_path`: any JSON value.
   * Default: such frames are no responses.
   */
  result_default?: unknown;
  /**
   * JSON Pointer, or several of which the first that holds something counts; when something other than null is there the call rejects
   * with `tool_failed`. Default: none.
   */
  error_path?: string | readonly string[] | undefined;
  /**
   * Members that make a frame an error, at any depth, or `{ $prefix: 'ERR' }` for how a text begins; an array: any of them. Judged
   * before `message_filter`, with placeholders as in `message`. The `detail` is what stands at `error_path`, else the frame. Default: none.
   */
  error_match?: object | readonly object[] | undefined;
  /**
   * Members that tell progress of a call, at any depth, or `{ $prefix: '%' }` for how a text begins. Such a frame is no answer: the
   * `response_timeout` starts anew, and the option `onProgress` gets it. A value `'{{request_id}}'` is the call's own id, as a text or as a
   * number; calls with correlation hear of frames with their id only, there or where answers carry it. Judged after `error_match` and
   * `message_filter`. Default: none.
   */
  progress_filter?: object | undefined;
  /** Members of the frame that ends a stream, with placeholders as in `message`. Default `{ type: 'stream_end' }`. */
  stream_end?: object | undefined;
  /**
   * The frame that ends a stream is its last item: what stands at `result_path`, else the whole frame. Default `false`: it is only the
   * end.
   */
  stream_end_item?: boolean | undefined;
  /** The handshake of a new connection, 1 to 20 steps, which calls wait for. Default: none. */
  connect?: ConnectStep[] | undefined;
  /** The short form of `connect`: sent first, with `{{uuid}}`, `{{now}}` and `{{new_id}}` filled in. Default: none. */
  connect_message?: string | object | undefined;
  /** Members of the frame that calls wait for after `connect_message`, or `{ $prefix: '40' }` for how its text begins. Default: none. */
  connect_ack?: object | undefined;
  /**
   * Heartbeat for hosts that cannot send WebSocket pings (all but `ws` and Bun); any frame that comes back counts
   * as an answer. Default: such hosts send no heartbeat.
   */
  ping_message?: string | object | undefined;
  /**
   * Answers to what the service sends on its own, whether calls wait or not: the first that matches answers a frame, which is nobody's answer
   * then. At most 20. Default: none.
   */
  replies?: readonly FrameReply[] | undefined;
  /** What stands around the JSON of messages. Default: nothing. */
  frame?: FrameFormat | undefined;
  /**
   * Tells the service that a call is left: aborted, timed out, ended by a limit or a stream's `expected_responses`, its stream left or its
   * connection closed while it ran. A message as `message`, with the values of the call: `{{request_id}}` is its id. Sent on its connection,
   * after its own message; for a manual that is asked for never. Default: none.
   */
  leave_message?: string | object | undefined;
  /**
   * `'always'`: also when the service has ended the call; then a connection of its own is closed. Default `'left'`.
   */
  leave_when?: 'left' | 'always' | undefined;
  /** Sent before an open connection is closed by this side: `close()`, idle, deregistered, left; filled in as `connect_message`. Default: none. */
  disconnect_message?: string | object | undefined;
  /** What asks for the manual, with `{{request_id}}`, `{{new_id}}`, `{{uuid}}` and `{{now}}` filled in. Default `{ type: 'utcp' }`. */
  discovery_message?: string | object | undefined;
  /**
   * How a manual is made of what answers `discovery_message`, where that is no manual. Default: it is one.
   */
  discovery?: Discovery | undefined;
}

/** Where in what a service says of itself its tools stand, and how they are called. The defaults are MCP's `tools/list`. */
export interface Discovery {
  /** JSON Pointer to the array of tools in the answer. Default `/result/tools`. */
  tools?: string | undefined;
  /** JSON Pointer to a tool's name in its element. What has none is left out. Default `/name`. */
  name?: string | undefined;
  /** JSON Pointer to its description. Default `/description`. */
  description?: string | undefined;
  /** JSON Pointer to the JSON Schema of its arguments. Default `/inputSchema`. */
  inputs?: string | undefined;
  /** JSON Pointer to the JSON Schema of its result. Default `/outputSchema`. */
  outputs?: string | undefined;
  /**
   * What in the tools' call templates differs from this one. With a `url` of its own it takes nothing over. Default: nothing differs.
   */
  template?: object | undefined;
}

/** The answer to frames that a service sends on its own. */
export interface FrameReply {
  /** Members that the frame has, at any depth, or `{ $prefix: '2' }` for how its text begins. */
  match: object;
  /** A message. `{{frame:/id}}` is the value at that JSON Pointer of the frame; `{{uuid}}`, `{{now}}`, `{{new_id}}` and what `connect` captured are filled in. */
  send: string | object;
}

/** What stands around the JSON of messages. */
export interface FrameFormat {
  /** Goes behind each message that is sent, and cuts a text that comes into several messages. Default: none. */
  terminator?: string | undefined;
  /** The JSON of a text that comes begins at its first `{` or `[`; a result that is text stays whole. Default `false`. */
  strip?: boolean | undefined;
}

/** One step of a handshake: a frame is waited for, values of it are kept, then a message is sent. */
export interface ConnectStep {
  /** Members of the frame that is waited for, or how its text begins: `{ $prefix: '220 ' }`. Default: nothing is waited for. */
  expect?: object | undefined;
  /**
   * What is sent then, with `{{uuid}}`, `{{now}}`, `{{new_id}}` and captured values (`{{connect.name}}`) filled in.
   * `{ $sha256_base64: ['a', 'b'] }` becomes the SHA-256 of these texts, one after the other, in base64. Default: nothing.
   */
  send?: string | object | undefined;
  /** A frame like it, or like one of an array, refuses the connection: calls reject with `WebSocketAuthError`. Default: none. */
  error?: object | undefined;
  /**
   * Names, and JSON Pointers to the values of the frame that they stand for: `{{connect.name}}` in later steps and all messages but
   * `connect_message`. A frame without them is not the one. Default: none.
   */
  capture?: Record<string, string> | undefined;
}

/**
 * A call template whose type says no more than that it is one, such as the SDK's `CallTemplate`, a tool's, or an object in a
 * variable without a type. It is checked when it is used.
 * @typeParam Type `string`; a literal is refused, because then the fields can be checked by `WebSocketCallTemplate`
 */
export interface UntypedCallTemplate<Type extends string = string> {
  /** The protocol that it is for: `websocket` here, else the call rejects with `invalid_call_template`. */
  call_template_type: Type & (string extends Type ? unknown : never);
  /** Its other fields, those of `WebSocketCallTemplate`. */
  [field: string]: any;
}

/** Any call template that a caller may hold. */
export type AnyCallTemplate<Type extends string = string> = WebSocketCallTemplate | UntypedCallTemplate<Type>;

/** A credential, told apart by `auth_type`. */
export type Auth = ApiKeyAuth | BasicAuth | OAuth2Auth | OAuth2UserAuth;

/** A key in a header, the query or a cookie. */
export interface ApiKeyAuth {
  /** What tells this credential from the others. */
  auth_type: 'api_key';
  /** The key; a secret. */
  api_key: string;
  /** The name of the header, query parameter or cookie. Default `X-Api-Key`. */
  var_name?: string | undefined;
  /** Where the key goes. Browsers can send it in the query only, without the option `browserAuth`. Default `'header'`. */
  location?: 'header' | 'query' | 'cookie' | undefined;
}

/** `Authorization: Basic …` (RFC 7617, UTF-8). */
export interface BasicAuth {
  /** What tells this credential from the others. */
  auth_type: 'basic';
  /** Without a colon and control characters. */
  username: string;
  /** A secret; without control characters. */
  password: string;
}

/** A token of the client credentials grant (RFC 6749 section 4.4), kept until shortly before it expires. */
export interface OAuth2Auth {
  /** What tells this credential from the others. */
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
  /** What tells this credential from the others. */
  auth_type: 'oauth2_user';
  /** The token; a secret. */
  access_token: string;
  /** The header that it goes into. Default `Authorization`. */
  var_name?: string | undefined;
  /** What stands before it there. Default `'Bearer '`. */
  prefix?: string | undefined;
}

/** A tool as its manual describes it. */
export interface Tool {
  /** Its name within the manual; with the SDK `manual.tool`. */
  name: string;
  /** What it does, in words for a model. */
  description: string;
  /** JSON Schema of the arguments. */
  inputs: Record<string, unknown>;
  /** JSON Schema of the result. */
  outputs: Record<string, unknown>;
  /** Words to find it by. */
  tags: string[];
  /** Bytes of a typical response. */
  average_response_size?: number;
  /** How to call it, over whatever protocol. */
  tool_call_template: UntypedCallTemplate;
}

/** What a provider says about itself. */
export interface Manual {
  /** The version of UTCP that the manual is written in. */
  utcp_version: string;
  /** The manual's own version. */
  manual_version: string;
  /** What can be called. */
  tools: Tool[];
}
