// Owns the types of errors: the codes, and the class of each. They follow the core's table (src/base/error.cpp), which
// a test checks.
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

/** Codes without their own class. */
export type PlainCode = 'invalid_json' | 'invalid_argument' | 'aborted' | 'module_failed';

/** Codes of `WebSocketAuthError`. */
export type AuthCode = 'auth_failed' | 'auth_unsupported' | 'token_unavailable';

/** Codes of `WebSocketConnectionError` itself. */
export type OpeningCode = 'connection_failed' | 'handshake_refused' | 'websocket_unavailable';

/** Stable names of all errors. */
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
 * The type of `code`. `instanceof` makes a class's parameter `any`: then it is every code of the class.
 * @typeParam Code the codes of this error
 * @typeParam All the codes of its class
 */
export type CodeOf<Code extends string, All> = `${Code}` & All;

/** Every error of this library, discriminated by `code`: see `isUtcpWebSocketError`. */
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

/** The properties of an error. */
export interface ErrorFacts {
  /** Stable name of the error. Default `module_failed`. */
  code?: string;
  /** Who has to act. Default `library`. */
  fault?: Fault;
  /** The error of the host or the user's code. */
  cause?: unknown;
  /** The field of the call template that caused it. */
  field?: string;
  /** RFC 6455 close code. Default 1006. */
  closeCode?: number;
  /** The peer's reason. Default: empty. */
  reason?: string;
  /** Whether the closing handshake was completed. Default `false`. */
  wasClean?: boolean;
  /** The status of the refused handshake. */
  httpStatus?: number;
  /** The tool's error. */
  detail?: unknown;
}
