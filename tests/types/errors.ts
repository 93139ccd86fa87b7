// Errors are told apart by `code`, and by their class. Compiled, never run; tests/js/errors.test.js holds the table below against
// the core's.
import { expectTypeOf } from 'expect-type';
import type * as library from 'utcp-websocket';
import type { ErrorCode, Fault, UtcpWebSocketErrorUnion } from 'utcp-websocket';
import {
  isUtcpWebSocketError,
  type ProtocolClosedError,
  ToolError,
  UtcpWebSocketError,
  WebSocketAuthError,
  WebSocketClosedError,
  WebSocketConnectionError,
  WebSocketTimeoutError,
} from 'utcp-websocket';
import type { errorClasses } from '../support/errors.js';

// --- The table: every code, and the class that it has ---

type Table = typeof errorClasses;
expectTypeOf<keyof Table>().toEqualTypeOf<ErrorCode>();
expectTypeOf<UtcpWebSocketErrorUnion['code']>().toEqualTypeOf<ErrorCode>();

type ClassOf<Code extends ErrorCode> = InstanceType<(typeof library)[Table[Code]]>;
type Found<Code extends ErrorCode> = UtcpWebSocketErrorUnion extends infer One
  ? One extends { code: infer Codes }
    ? Code extends Codes
      ? One
      : never
    : never
  : never;
/** Codes whose error is of another class than the table says. */
type Misplaced = { [Code in ErrorCode]: [Found<Code>] extends [ClassOf<Code>] ? never : Code }[ErrorCode];
expectTypeOf<Misplaced>().toBeNever();

// --- What a program does with it ---

export function byCode(error: unknown): string | number | undefined {
  if (!isUtcpWebSocketError(error)) throw error;
  expectTypeOf(error.fault).toEqualTypeOf<Fault>();
  expectTypeOf(error.field).toEqualTypeOf<string | undefined>();
  // @ts-expect-error only one of them has that
  error.closeCode;
  // @ts-expect-error no such code
  if (error.code === 'no_such_code') return 0;
  switch (error.code) {
    case 'connection_closed':
      expectTypeOf(error).toEqualTypeOf<WebSocketClosedError>();
      return error.closeCode;
    case 'connection_timeout':
    case 'response_timeout':
      return error.timeout;
    case 'auth_failed':
      expectTypeOf(error).toEqualTypeOf<WebSocketAuthError>();
      return error.httpStatus;
    case 'handshake_refused':
      return error.httpStatus;
    case 'tool_failed':
      expectTypeOf(error.detail).toEqualTypeOf<unknown>();
      return error.message;
    case 'protocol_closed':
      expectTypeOf(error).toEqualTypeOf<ProtocolClosedError>();
      return error.message;
    default:
      return error.code;
  }
}

export function byClass(error: unknown) {
  if (error instanceof WebSocketClosedError) {
    expectTypeOf(error.code).toEqualTypeOf<'connection_closed'>();
    expectTypeOf(error.wasClean).toEqualTypeOf<boolean>();
  } else if (error instanceof WebSocketTimeoutError) {
    expectTypeOf(error.timeout).toEqualTypeOf<'connection' | 'response'>();
  } else if (error instanceof WebSocketAuthError) {
    expectTypeOf(error.code).toEqualTypeOf<'auth_failed' | 'auth_unsupported' | 'token_unavailable'>();
  } else if (error instanceof ToolError) {
    expectTypeOf(error.detail).toEqualTypeOf<unknown>();
  } else if (error instanceof UtcpWebSocketError) {
    expectTypeOf(error.code).toEqualTypeOf<ErrorCode>(); // not any
  }
}

export function connection(error: unknown) {
  if (!(error instanceof WebSocketConnectionError)) return;
  expectTypeOf(error.httpStatus).toEqualTypeOf<number | undefined>();
  // Its subclass's, too: an instance of that is one of these.
  expectTypeOf(error.code).toEqualTypeOf<
    | 'connection_failed'
    | 'handshake_refused'
    | 'websocket_unavailable'
    | 'auth_failed'
    | 'auth_unsupported'
    | 'token_unavailable'
  >();
}
