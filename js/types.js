// Owns the types that users and the files of this folder share. Holds no code.

/** @typedef {'caller' | 'peer' | 'network' | 'host' | 'library'} Fault */

/**
 * An error as the core says it.
 * @typedef {{ code: string, message: string, field?: string, closeCode?: number, reason?: string, wasClean?: boolean,
 *   httpStatus?: number }} CoreError
 */

/**
 * How to call a tool, or discover a manual, over WebSocket. Times are in seconds; fractions are allowed. Unknown fields are
 * kept and ignored.
 * @typedef {object} WebSocketCallTemplate
 * @property {string} [name] the manual's name
 * @property {'websocket'} call_template_type
 * @property {string} url `wss:` to any host, `ws:` to a literal loopback host only
 * @property {string | object | unknown[]} [message] default: the arguments as a JSON object
 * @property {string} [protocol] WebSocket subprotocol; default: none
 * @property {boolean} [keep_alive] keep the connection for later calls; default true
 * @property {'json' | 'text' | 'raw'} [response_format] default: the text as it is
 * @property {number} [timeout] seconds; default 30
 * @property {Record<string, string>} [headers] handshake headers; default: none
 * @property {string[]} [header_fields] arguments that also go into handshake headers of that name; default: none
 * @property {Auth} [auth] default: none
 * @property {string[]} [allowed_communication_protocols] the SDK's; kept as it is
 * @property {number} [connection_timeout] seconds from asking for a connection to open; default `timeout`
 * @property {number} [response_timeout] seconds from sending to the response, or between two items; default `timeout`
 * @property {number} [expected_responses] n ≥ 1, or -1 until the peer ends it; default 1 for a call, no limit for a stream
 * @property {boolean} [close_after_response] default: not `keep_alive`
 * @property {number} [ping_interval] seconds between heartbeats while the connection is kept; default 30. A
 *   peer that answers none for a whole interval is left, and its calls reject
 * @property {object} [message_filter] only frames with these members are responses
 * @property {string | false} [correlation] JSON Pointer to the request's id in a response
 * @property {string} [result_path] JSON Pointer to the result in a response
 * @property {string} [error_path] JSON Pointer to the error in a response
 * @property {object} [stream_end] frames with these members end a stream; default `{ type: 'stream_end' }`
 * @property {string | object} [connect_message] sent first on every new connection
 * @property {object} [connect_ack] calls wait until a frame with these members has come
 * @property {string | object} [ping_message] heartbeat for hosts that cannot send WebSocket pings (browsers, and Node's own
 *   WebSocket); any frame that comes back counts as an answer. Default: such hosts send no heartbeat
 * @property {string | object} [discovery_message] what asks for the manual; default `{ type: 'utcp' }`
 */

/**
 * @typedef {{ auth_type: 'api_key', api_key: string, var_name?: string, location?: 'header' | 'query' | 'cookie' }
 *   | { auth_type: 'basic', username: string, password: string }
 *   | { auth_type: 'oauth2', token_url: string, client_id: string, client_secret: string, scope?: string }
 *   | { auth_type: 'oauth2_user', access_token: string, var_name?: string, prefix?: string }} Auth
 */

/**
 * A call template as a caller may hold it: the SDK types it as an object with `call_template_type`.
 * @typedef {WebSocketCallTemplate | { call_template_type: string, [field: string]: unknown }} AnyCallTemplate
 */

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} description
 * @property {Record<string, unknown>} inputs JSON Schema
 * @property {Record<string, unknown>} outputs JSON Schema
 * @property {string[]} tags
 * @property {number} [average_response_size]
 * @property {any} tool_call_template of any protocol
 */

/** @typedef {{ utcp_version: string, manual_version: string, tools: Tool[] }} Manual */

/**
 * @typedef {object} RegisterManualResult
 * @property {any} manualCallTemplate the one that was given
 * @property {Manual} manual without tools where it failed
 * @property {boolean} success
 * @property {string[]} errors why it failed, or which tools were left out
 */

/**
 * Anything that works like the WebSocket of browsers (WHATWG).
 * @typedef {new (url: string, protocols?: any) => any} WebSocketConstructor
 */

/**
 * Bounds of exponential backoff with full jitter, in seconds.
 * @typedef {object} RetryOptions
 * @property {number} [baseDelay] upper bound of the first delay; doubled with each failure. Default 0.2
 * @property {number} [maxDelay] upper bound of any delay. Default 10
 */

/**
 * What a connection is opened with, beside what the call template says.
 * @typedef {object} Credentials
 * @property {string} [url] in place of the template's: `wss:`, or `ws:` to a literal loopback host
 * @property {Record<string, string>} [headers] handshake headers; they win over the template's of the same name
 * @property {Record<string, string>} [query] parameters appended to the URL
 * @property {string[]} [protocols] subprotocols offered after the template's
 */

/**
 * Asked at each opening, so that keys may rotate and tickets may be used once. Nothing that it gives is kept. What it throws
 * becomes the `cause` of the `WebSocketAuthError` that the waiting calls reject with; they are not tried again.
 * @callback CredentialSource
 * @param {object} endpoint
 * @param {string} endpoint.url the template's, as it would be opened
 * @param {string} endpoint.manual the manual whose tool is called; empty: none
 * @param {string[]} endpoint.protocols
 * @param {AbortSignal} endpoint.signal aborted when nobody wants the connection any more
 * @returns {Credentials | undefined | Promise<Credentials | undefined>}
 */

/**
 * What may pile up. Passing a limit rejects with `WebSocketOverflowError`; nothing is cut off silently.
 * @typedef {object} Limits
 * @property {number} [frameBytes] largest message received, in bytes (of text: UTF-16 code units). Default 64 MiB. Does not
 *   limit what is sent
 * @property {number} [jsonDepth] how deep JSON that is looked into may nest. Default 512
 * @property {number} [streamItems] stream items waiting for the consumer. Default 10,000
 * @property {number} [streamBytes] size of stream items waiting for the consumer, in bytes. Default 16 MiB
 * @property {number} [waitingCalls] calls waiting for a connection, per endpoint. Default 1,024
 * @property {number} [manualTools] tools in one manual. Default 10,000
 */

/**
 * @typedef {object} ProtocolOptions
 * @property {WebSocketConstructor} [WebSocket] what opens connections. Default: the host's global `WebSocket`, else the npm
 *   package `ws` where it is installed. It is not looked up before the first call
 * @property {Record<string, string>} [headers] added to every opening handshake, unless a call template sets the same name.
 *   Default: none. They are not added to messages
 * @property {CredentialSource} [credentials] asked for headers, query parameters, subprotocols or the URL at each opening.
 *   Default: none. Its time counts into `connection_timeout`
 * @property {'query' | 'subprotocol'} [browserAuth] how the credential of a template's `auth` gets through where the host cannot
 *   set headers: as a query parameter (`access_token`, or the key's name), or base64url-encoded in a subprotocol offered
 *   beside the template's own. Default: not at all; the call rejects. Servers must know it, and a URL may end up in logs
 * @property {string} [subprotocolPrefix] what stands before the credential in that subprotocol. Default
 *   `base64url.bearer.authorization.`
 * @property {typeof fetch} [fetch] what asks token endpoints (`oauth2`). Default: the host's
 * @property {boolean} [canSetHeaders] whether `WebSocket` takes `{ protocols, headers }` as its second argument. Default: true
 *   for an injected `WebSocket`, in Node, Deno and Bun; false in browsers and workerd, where a call that needs a header rejects
 *   before anything is opened
 * @property {number} [idleTimeout] seconds after which a connection without calls is closed. Default 300. Does not end calls
 * @property {number} [maxConnections] connections per endpoint. Default 8. Further calls wait in order; calls with correlation
 *   share one connection
 * @property {false | RetryOptions} [retry] whether failed openings are tried again while a call still wants them, within its
 *   `connection_timeout`. Default `{ baseDelay: 0.2, maxDelay: 10 }`. A message is never sent twice
 * @property {boolean} [allowLoopbackTools] keep tools on loopback addresses in manuals that come from another host. Default
 *   false
 * @property {Limits} [limits]
 */

/** @typedef {{ signal?: AbortSignal }} CallOptions */

export {};
