// Owns the types of events, their properties and their listeners. Must not know when they happen.
import type { UtcpWebSocketEvent } from '../core/events.js';

/** Properties that not every event has. */
type Fact = 'connectionId' | 'requestId' | 'size' | 'closeCode' | 'reason' | 'attempt' | 'delay';

/**
 * An event of one type, with the properties that it always has.
 * @typeParam Type its `type`
 * @typeParam Facts properties that are never undefined
 */
export type EventOf<Type extends string, Facts extends Fact> = UtcpWebSocketEvent & {
  /** The event's name. */
  readonly type: Type;
} & {
  readonly [Name in Facts]: NonNullable<UtcpWebSocketEvent[Name]>;
};

/** The events of a protocol, by name. */
export interface UtcpWebSocketEventMap {
  /** A connection opened. */
  open: EventOf<'open', 'connectionId'>;
  /** An open connection closed, whoever ended it. */
  close: EventOf<'close', 'connectionId' | 'closeCode' | 'reason'>;
  /** A call's message was sent. */
  send: EventOf<'send', 'connectionId' | 'requestId' | 'size'>;
  /** An expected frame arrived; `requestId` is set if it answers a call. */
  message: EventOf<'message', 'connectionId' | 'size'>;
  /** A frame arrived that answers no call; it was dropped, and `message` says why. */
  unsolicited: EventOf<'unsolicited', 'connectionId' | 'size'>;
  /** A connection attempt failed, `message` says why; it is retried after `delay`. */
  retry: EventOf<'retry', 'attempt' | 'delay'>;
  /** A token was requested, arrived, or could not be obtained: `message` says which. */
  token: EventOf<'token', never>;
  /** Something is likely wrong, but the call continues: `message` says what. */
  warning: EventOf<'warning', 'connectionId' | 'requestId' | 'size'>;
}

/** The names of the events. */
export type EventType = keyof UtcpWebSocketEventMap;

/**
 * A listener: a function, or an object with `handleEvent`.
 * @typeParam Type the event's name
 */
export type UtcpWebSocketListener<Type extends EventType> =
  | ((event: UtcpWebSocketEventMap[Type]) => void)
  | {
      /** Called with the event. */
      handleEvent(event: UtcpWebSocketEventMap[Type]): void;
    }
  | null;

/** Options of a listener, as for any `EventTarget`. */
export interface ListenerOptions {
  /** Remove the listener after its first event. Default `false`. */
  once?: boolean | undefined;
  /** As in the DOM; no effect here. */
  capture?: boolean | undefined;
  /** As in the DOM; no effect here. */
  passive?: boolean | undefined;
  /** Removes the listener when it is aborted. Default: none. */
  signal?: AbortSignal | undefined;
}

/** An `EventTarget` that knows its events by name. */
export interface UtcpWebSocketEventTarget {
  /**
   * Listens to an event. Without a listener, events cost nothing.
   * @param type its name
   * @param listener called with it
   * @param options as for any `EventTarget`
   */
  addEventListener<Type extends EventType>(
    type: Type,
    listener: UtcpWebSocketListener<Type>,
    options?: boolean | ListenerOptions,
  ): void;
  /**
   * Stops listening.
   * @param type the event's name
   * @param listener the one that was added
   * @param options only `capture` matters
   */
  removeEventListener<Type extends EventType>(
    type: Type,
    listener: UtcpWebSocketListener<Type>,
    options?: boolean | ListenerOptions,
  ): void;
  /**
   * Calls the listeners of the event's type.
   * @param event passed to them
   * @returns false if one of them called `preventDefault`
   */
  dispatchEvent(event: Event): boolean;
}

/**
 * The message on Node's tracing channel `utcp-websocket:call`, the same object throughout a call. It contains no arguments, no
 * result and no secret.
 */
export interface TracedCall {
  /** The part of the tool's name before the first dot; empty: there is none. */
  readonly manual: string;
  /** The tool's name without the manual's. */
  readonly tool: string;
  /** The URL without its secrets; undefined until the call is in flight. */
  endpoint: string | undefined;
  /** The request's id, as in events; undefined until the call is in flight. */
  requestId: string | undefined;
  /** The caller's error, if the call fails. A `ToolError` repeats what the tool reported (`message`, `detail`). */
  error?: unknown;
}

/** The properties of an event, as the core reports them. */
export interface EventFacts {
  /** The core's number of the event type. */
  kind: number;
  /** The URL without its secrets. */
  endpoint: string;
  /** Number of the connection. */
  connection?: number;
  /** Number of the call. */
  call?: number;
  /** Size of the frame. */
  size?: number;
  /** RFC 6455 close code. */
  closeCode?: number;
  /** The reason given with it. */
  reason?: string;
  /** Why, or what happened. */
  text?: string;
  /** How many attempts have failed. */
  attempt?: number;
  /** Milliseconds until the next attempt. */
  delay?: number;
}
