// Owns the types of errors: which codes there are, and which class a code has. The core's table (src/error.cpp) decides;
// a test holds these against it.
import type {
  CallTemplateError,
  ManualError,
  ProtocolClosedError,
  ToolError,
  UtcpWebSocketError,
  WebSocketAuthError,
  WebSocketClosedError,
  WebSocketConnectionError,
  WebSocketOverflowError,
  WebSocketProtocolError,
  WebSocketSecurityError,
  WebSocketTimeoutError,
} from '../base/errors.js';

/** Who has to act. */
export type Fault = 'caller' | 'peer' | 'network' | 'host' | 'library';

/** Codes that have no class of their own. */
export type PlainCode = 'invalid_json' | 'invalid_argument' | 'aborted' | 'module_failed';

/** Codes of `WebSocketAuthError`. */
export type AuthCode = 'auth_failed' | 'auth_unsupported' | 'token_unavailable';

/** Codes of `WebSocketConnectionError` itself. */
export type OpeningCode = 'connection_failed' | 'handshake_refused' | 'websocket_unavailable';

/** Stable names of what may happen. */
export type ErrorCode =
  | PlainCode
  | OpeningCode
  | AuthCode
  | 'invalid_call_template'
  | 'url_refused'
  | 'invalid_manual'
  | 'connection_timeout'
  | 'response_timeout'
  | 'connection_closed'
  | 'subprotocol_mismatch'
  | 'invalid_frame'
  | 'frame_too_large'
  | 'stream_overflow'
  | 'queue_full'
  | 'tool_failed'
  | 'manual_deregistered'
  | 'protocol_closed';

/**
 * The type of `code`. `instanceof` leaves the parameter of a class open, as `any`: then it is every code of the class.
 * @typeParam Code the codes of this error
 * @typeParam All the codes of its class
 */
export type CodeOf<Code extends string, All> = `${Code}` & All;

/** Every error of this library, told apart by `code`: see `isUtcpWebSocketError`. */
export type UtcpWebSocketErrorUnion =
  | UtcpWebSocketError<PlainCode>
  | CallTemplateError
  | WebSocketSecurityError
  | ManualError
  | WebSocketConnectionError<OpeningCode>
  | WebSocketAuthError
  | WebSocketTimeoutError
  | WebSocketClosedError
  | WebSocketProtocolError
  | WebSocketOverflowError
  | ToolError
  | ProtocolClosedError;

/** What an error is made of. */
export interface ErrorFacts {
  /** Stable name of what happened. Default `module_failed`. */
  code?: string;
  /** Who has to act. Default `library`. */
  fault?: Fault;
  /** What the host or the user's code said. */
  cause?: unknown;
  /** The call template's field that is to blame. */
  field?: string;
  /** RFC 6455 close code. Default 1006. */
  closeCode?: number;
  /** The peer's reason. Default: empty. */
  reason?: string;
  /** Whether the closing handshake was completed. Default `false`. */
  wasClean?: boolean;
  /** Of the refused handshake. */
  httpStatus?: number;
  /** What the tool said. */
  detail?: unknown;
}
