// Owns the types of options: of a protocol, of a call, of the pure functions. Must not know how they are checked: options.js.

/** Options of `WebSocketCommunicationProtocol`. A wrong one makes the constructor throw a `TypeError` that names it. */
export interface ProtocolOptions {
  /**
   * What opens connections. It is not looked up before the first call. Default: in Node the npm package `ws`, where it is
   * installed and the process has set no proxy for its own; else the host's global `WebSocket`.
   */
  WebSocket?: WebSocketConstructor | undefined;
  /**
   * Added to every opening handshake, unless a call template sets the same name. They are not added to messages. `Host` and
   * what else the handshake or the connection sets is refused. Default: none.
   */
  headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Asked for headers, query parameters, subprotocols or the URL at each opening. Its time counts into `connection_timeout`.
   * Default: none.
   */
  credentials?: CredentialSource | undefined;
  /**
   * Asked once per call for its trace context (https://www.w3.org/TR/trace-context/), in the caller's own turn. It goes into the handshake
   * of the connection that the call opens at once, unless the call template or `headers` sets `traceparent`; where the host cannot set
   * headers, not. `{{traceparent}}` and `{{tracestate}}` in the call's message hold it in every host. What is malformed is left out, and a
   * `warning` says so when a connection is opened: tracing never fails a call. Default: none.
   */
  traceContext?: TraceContextSource | undefined;
  /**
   * How the credential of a template's `auth` gets through where the host cannot set headers: as a query parameter
   * (`access_token`, or the key's name), or base64url-encoded in a subprotocol offered beside the template's own. Servers must
   * know it, and a URL may end up in logs. Default: not at all; the call rejects with `auth_unsupported`.
   */
  browserAuth?: 'query' | 'subprotocol' | undefined;
  /** What stands before the credential in that subprotocol. Default `base64url.bearer.authorization.`. */
  subprotocolPrefix?: string | undefined;
  /** What asks token endpoints (`oauth2`). Default: the host's `fetch`. */
  fetch?: typeof fetch | undefined;
  /**
   * Whether `WebSocket` takes `{ protocols, headers }` as its second argument. Default: `true` for an injected `WebSocket`, in
   * Node, Deno and Bun; `false` in browsers and workerd, where a call that needs a header rejects before anything is opened.
   */
  canSetHeaders?: boolean | undefined;
  /** Seconds after which a connection without calls is closed. Does not end calls. Default 300. */
  idleTimeout?: number | undefined;
  /** Connections per endpoint. Further calls wait in order; calls with correlation share one connection. Default 8. */
  maxConnections?: number | undefined;
  /**
   * Whether failed openings are tried again while a call still wants them, within its `connection_timeout`. A message is never
   * sent twice. Default `{ baseDelay: 0.2, maxDelay: 10 }`.
   */
  retry?: false | RetryOptions | undefined;
  /** Keep tools on loopback addresses in manuals that come from another host. Default `false`. */
  allowLoopbackTools?: boolean | undefined;
  /** What may pile up. Default: see each. */
  limits?: Limits | undefined;
}

/** Bounds of exponential backoff with full jitter. */
export interface RetryOptions {
  /** Seconds: upper bound of the first delay; doubled with each failure. Default 0.2. */
  baseDelay?: number | undefined;
  /** Seconds: upper bound of any delay. Default 10. */
  maxDelay?: number | undefined;
  /**
   * Seconds: for how long an endpoint is tried where the host shows that nobody listens there (`ECONNREFUSED`), and nobody
   * has since the protocol was made. Default 2.
   */
  firstOpening?: number | undefined;
}

/** What may pile up. Passing a limit rejects with a `WebSocketOverflowError`; nothing is cut off silently. */
export interface Limits {
  /**
   * Largest message received, in bytes (of text: UTF-16 code units). Does not limit what is sent. `ws` gets three times this as
   * its `maxPayload`, and refuses what is larger before it inflates it. Default 64 MiB.
   */
  frameBytes?: number | undefined;
  /** How deep JSON that is looked into may nest. Default 512. */
  jsonDepth?: number | undefined;
  /** Stream items waiting for the consumer. Default 10,000. */
  streamItems?: number | undefined;
  /** Size of stream items waiting for the consumer, in bytes. Default 16 MiB. */
  streamBytes?: number | undefined;
  /** Calls waiting for a connection, per endpoint. Default 1,024. */
  waitingCalls?: number | undefined;
  /**
   * Messages that nobody asked for, within a second, on a connection that serves no call; their size is limited by `streamBytes`.
   * One more, and the connection is closed (4000) and a `warning` says so. Default 1,000.
   */
  unsolicitedFrames?: number | undefined;
  /** Largest manual, in bytes (of text: UTF-16 code units). Default 8 MiB. */
  manualBytes?: number | undefined;
  /** Tools in one manual. Default 10,000. */
  manualTools?: number | undefined;
}

/** Options of one call. */
export interface CallOptions {
  /** Ends the call when it is aborted; the call rejects with the signal's reason, items that wait are dropped. Default: none. */
  signal?: AbortSignal | undefined;
  /**
   * Seconds, for this call alone: until it has a connection, and again until the response, in a stream between two items; instead of
   * the template's `connection_timeout` and `response_timeout`. 0: no limit. Default: the template's.
   */
  timeout?: number | undefined;
  /**
   * Called with each frame that the template's `progress_filter` tells, as it comes: parsed with `response_format: 'json'` or a
   * `result_path`, which is not applied, else the text. What it throws is reported as an event listener's error is; the call goes on.
   * `registerManual` never calls it. Default: none.
   */
  onProgress?: ((value: any) => void) | undefined;
}

/** Options of `connect`: those of a protocol, and how to ask for the tools. */
export interface ConnectOptions extends ProtocolOptions, Omit<CallOptions, 'onProgress'> {
  /** Whether to ask the endpoint for its tools. `false`: the template serves a tool of any name. Default `true`. */
  discover?: boolean | undefined;
}

/** Options of `renderMessage`. */
export interface RenderOptions {
  /** As `missing_arguments` of a call template. Default `'keep'`. */
  missingArguments?: 'error' | 'omit' | 'keep' | undefined;
}

/** Anything that works like the WebSocket of browsers (WHATWG). */
export type WebSocketConstructor = new (url: string, protocols?: any) => any;

/**
 * Asked at each opening, so that keys may rotate and tickets may be used once. Nothing that it gives is kept. What it throws
 * becomes the `cause` of the `WebSocketAuthError` that the waiting calls reject with; they are not tried again.
 */
export type CredentialSource = (
  endpoint: CredentialRequest,
) => Credentials | undefined | Promise<Credentials | undefined>;

/** Gives the trace context of the call that is being made, or nothing where none is traced. It answers at once: no promise. */
export type TraceContextSource = () => TraceContext | null | undefined;

/** As W3C Trace Context writes it; OpenTelemetry's `propagation.inject` fills in such an object. */
export interface TraceContext {
  /** `00-<trace: 32 hex digits>-<span: 16>-<flags: 2>`. Default: nothing is sent. */
  traceparent?: string | undefined;
  /** What vendors add, `key=value,…`. Default: none. */
  tracestate?: string | undefined;
}

/** What a `CredentialSource` is told. */
export interface CredentialRequest {
  /** The template's URL, as it would be opened. */
  url: string;
  /** The manual whose tool is called; empty: none. */
  manual: string;
  /** The subprotocols that would be offered. */
  protocols: string[];
  /** Aborted when nobody wants the connection any more. */
  signal: AbortSignal;
}

/** What a connection is opened with, beside what the call template says. */
export interface Credentials {
  /** In place of the template's: `wss:`, or `ws:` to a literal loopback host. Default: the template's. */
  url?: string | undefined;
  /** Handshake headers; they win over the template's of the same name. Default: none. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Parameters appended to the URL. Default: none. */
  query?: Readonly<Record<string, string>> | undefined;
  /** Subprotocols offered after the template's. Default: none. */
  protocols?: readonly string[] | undefined;
}

/** What `renderMessage` fills built-in placeholders with. */
export interface BuiltIns {
  /** For `{{tool_name}}`, which leaves out the manual's name. Default: empty. */
  toolName?: string | undefined;
  /** For `{{request_id}}`. Default 1. */
  requestId?: string | number | undefined;
  /** For `{{new_id}}`. Default 2. */
  newId?: string | number | undefined;
  /** For `{{now}}`. Default: the current time. */
  now?: string | Date | undefined;
  /** For `{{uuid}}`. Default: a random one. */
  uuid?: string | undefined;
  /** For `{{traceparent}}`. Default: none, so that what holds it is left out. */
  traceparent?: string | undefined;
  /** For `{{tracestate}}`. Default: none, so that what holds it is left out. */
  tracestate?: string | undefined;
}

/** A compiled `WebAssembly.Module`, where the types of the host have it: those of Node alone do not. */
export type WasmModule =
  typeof globalThis extends Record<'WebAssembly', Record<'Module', new (...given: any[]) => infer Module>>
    ? Module
    : never;

/** Where the wasm may come from: its URL, its bytes, a response with them, a compiled module. */
export type WasmSource = string | URL | ArrayBuffer | ArrayBufferView | Response | WasmModule;
