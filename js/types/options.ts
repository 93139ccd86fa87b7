// Owns the types of options: of a protocol, of a call, of the pure functions. Must not know how they are checked: options.js.

/** Options of `WebSocketCommunicationProtocol`. For a wrong one, the constructor throws a `TypeError` that names it. */
export interface ProtocolOptions {
  /**
   * The constructor for connections, resolved with the first call. Default: in Node the npm package `ws`, if it is
   * installed and the process has set no proxy of its own; else the host's global `WebSocket`.
   */
  WebSocket?: WebSocketConstructor | undefined;
  /**
   * Added to every handshake, unless a call template sets the same name; not added to messages. `Host` and
   * other headers of the handshake or the connection are refused. Default: none.
   */
  headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Called before each connection for headers, query parameters, subprotocols or the URL. Its time counts toward `connection_timeout`.
   * Default: none.
   */
  credentials?: CredentialSource | undefined;
  /**
   * Called once per call, synchronously, for its trace context (https://www.w3.org/TR/trace-context/). It is sent in the handshake
   * of a connection that the call opens at once, unless the call template or `headers` sets `traceparent`, or the host cannot set
   * headers; and in every host in place of `{{traceparent}}` and `{{tracestate}}` in the call's message. A malformed context is omitted, and a
   * `warning` reports it when a connection is opened: tracing never fails a call. Default: none.
   */
  traceContext?: TraceContextSource | undefined;
  /**
   * How to send the credential of a template's `auth` where the host cannot set headers: as a query parameter
   * (`access_token`, or the key's name), or base64url-encoded in a subprotocol offered next to the template's own. Servers must
   * support it, and URLs may end up in logs. Default: not at all; the call rejects with `auth_unsupported`.
   */
  browserAuth?: 'query' | 'subprotocol' | undefined;
  /** The prefix of the credential in that subprotocol. Default `base64url.bearer.authorization.`. */
  subprotocolPrefix?: string | undefined;
  /** Sends requests to token endpoints (`oauth2`). Default: the host's `fetch`. */
  fetch?: typeof fetch | undefined;
  /**
   * Whether `WebSocket` accepts `{ protocols, headers }` as its second argument. Default: `true` for an injected `WebSocket`, in
   * Node, Deno and Bun; `false` in browsers and workerd, where a call that needs a header rejects before a connection is opened.
   */
  canSetHeaders?: boolean | undefined;
  /** Seconds after which a connection without calls is closed. Does not end calls. Default 300. */
  idleTimeout?: number | undefined;
  /** Connections per endpoint. Further calls wait in order; calls with correlation share one connection. Default 8. */
  maxConnections?: number | undefined;
  /**
   * How to retry failed connection attempts while a call waits, within its `connection_timeout`; `false`: not at all. A message is never
   * sent twice. Default `{ baseDelay: 0.2, maxDelay: 10 }`.
   */
  retry?: false | RetryOptions | undefined;
  /** Keep tools on loopback addresses in manuals that come from another host. Default `false`. */
  allowLoopbackTools?: boolean | undefined;
  /** Limits of memory use. Default: see each. */
  limits?: Limits | undefined;
}

/** Bounds of exponential backoff with full jitter. */
export interface RetryOptions {
  /** Seconds: upper bound of the first delay; doubled with each failure. Default 0.2. */
  baseDelay?: number | undefined;
  /** Seconds: upper bound of any delay. Default 10. */
  maxDelay?: number | undefined;
  /**
   * Seconds: how long to retry an endpoint if the host reports that nothing listens there (`ECONNREFUSED`), and it was never
   * reached since the protocol was created. Default 2.
   */
  firstOpening?: number | undefined;
}

/** Limits of memory use. Exceeding one rejects with a `WebSocketOverflowError`; nothing is truncated silently. */
export interface Limits {
  /**
   * Largest message received, in bytes (of text: UTF-16 code units). Does not limit sent messages. `ws` gets three times this as
   * its `maxPayload`, and refuses larger messages before it inflates them. Default 64 MiB.
   */
  frameBytes?: number | undefined;
  /** Maximum nesting of JSON that has to be inspected. Default 512. */
  jsonDepth?: number | undefined;
  /** Stream items waiting for the consumer. Default 10,000. */
  streamItems?: number | undefined;
  /** Size of stream items waiting for the consumer, in bytes. Default 16 MiB. */
  streamBytes?: number | undefined;
  /** Calls waiting for a connection, per endpoint. Default 1,024. */
  waitingCalls?: number | undefined;
  /**
   * Unsolicited messages within a second on a connection without calls; `streamBytes` limits their size.
   * If exceeded, the connection is closed (4000) with a `warning`. Default 1,000.
   */
  unsolicitedFrames?: number | undefined;
  /** Largest manual, in bytes (of text: UTF-16 code units). Default 8 MiB. */
  manualBytes?: number | undefined;
  /** Tools in one manual. Default 10,000. */
  manualTools?: number | undefined;
}

/** Options of one call. */
export interface CallOptions {
  /** Ends the call when it is aborted; the call rejects with the signal's reason, and queued items are dropped. Default: none. */
  signal?: AbortSignal | undefined;
  /**
   * Seconds, for this call only: until it has a connection, and again until the response, in a stream between two items. Replaces
   * the template's `connection_timeout` and `response_timeout`. 0: no limit. Default: the template's.
   */
  timeout?: number | undefined;
  /**
   * Called with each frame that matches the template's `progress_filter`, as it arrives: parsed with `response_format: 'json'` or a
   * `result_path`, which is not applied, else as text. If it throws, the error is reported like an event listener's, and the call continues.
   * `registerManual` never calls it. Default: none.
   */
  onProgress?: ((value: any) => void) | undefined;
}

/** Options of `connect`: those of a protocol, and of the request for the tools. */
export interface ConnectOptions extends ProtocolOptions, Omit<CallOptions, 'onProgress'> {
  /** Whether to request the endpoint's tools. `false`: the template applies to any tool name. Default `true`. */
  discover?: boolean | undefined;
}

/** Options of `renderMessage`. */
export interface RenderOptions {
  /** Like `missing_arguments` of a call template. Default `'keep'`. */
  missingArguments?: 'error' | 'omit' | 'keep' | undefined;
}

/** Anything that works like the WebSocket of browsers (WHATWG). */
export type WebSocketConstructor = new (url: string, protocols?: any) => any;

/**
 * Called before each connection is opened, so that keys may rotate and tickets may be used once. Its result is not cached. If it throws,
 * the waiting calls reject with a `WebSocketAuthError` that has the error as its `cause`; they are not retried.
 */
export type CredentialSource = (
  endpoint: CredentialRequest,
) => Credentials | undefined | Promise<Credentials | undefined>;

/** Returns the trace context of the current call, or nothing if it is not traced. Synchronous: it must not return a promise. */
export type TraceContextSource = () => TraceContext | null | undefined;

/** In the format of W3C Trace Context; OpenTelemetry's `propagation.inject` fills in such an object. */
export interface TraceContext {
  /** `00-<trace: 32 hex digits>-<span: 16>-<flags: 2>`. Default: nothing is sent. */
  traceparent?: string | undefined;
  /** Vendor data, `key=value,…`. Default: none. */
  tracestate?: string | undefined;
}

/** The connection for which a `CredentialSource` is called. */
export interface CredentialRequest {
  /** The template's URL. */
  url: string;
  /** The manual whose tool is called; empty: none. */
  manual: string;
  /** The template's subprotocols. */
  protocols: string[];
  /** Aborted when no call needs the connection any more. */
  signal: AbortSignal;
}

/** Parameters of a handshake, in addition to the call template's. */
export interface Credentials {
  /** Replaces the template's: `wss:`, or `ws:` to a literal loopback host. Default: the template's. */
  url?: string | undefined;
  /** Handshake headers; they win over the template's of the same name. Default: none. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Parameters appended to the URL. Default: none. */
  query?: Readonly<Record<string, string>> | undefined;
  /** Subprotocols offered after the template's. Default: none. */
  protocols?: readonly string[] | undefined;
}

/** Values of built-in placeholders for `renderMessage`. */
export interface BuiltIns {
  /** For `{{tool_name}}`, which omits the manual's name. Default: empty. */
  toolName?: string | undefined;
  /** For `{{request_id}}`. Default 1. */
  requestId?: string | number | undefined;
  /** For `{{new_id}}`. Default 2. */
  newId?: string | number | undefined;
  /** For `{{now}}`. Default: the current time. */
  now?: string | Date | undefined;
  /** For `{{uuid}}`. Default: a random one. */
  uuid?: string | undefined;
  /** For `{{traceparent}}`. Default: none, so that its member or element is omitted. */
  traceparent?: string | undefined;
  /** For `{{tracestate}}`. Default: none, so that its member or element is omitted. */
  tracestate?: string | undefined;
}

/** A compiled `WebAssembly.Module`, if the host's types have it: those of Node alone do not. */
export type WasmModule =
  typeof globalThis extends Record<'WebAssembly', Record<'Module', new (...given: any[]) => infer Module>>
    ? Module
    : never;

/** Sources of the wasm: its URL, its bytes, a response with them, a compiled module. */
export type WasmSource = string | URL | ArrayBuffer | ArrayBufferView | Response | WasmModule;
