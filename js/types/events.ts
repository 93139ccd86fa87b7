// Owns the types of events: which there are, what each one brings, and listening to them. Must not know when they happen.
import type { UtcpWebSocketEvent } from '../core/events.js';

/** Facts that not every event has. */
type Fact = 'connectionId' | 'requestId' | 'size' | 'closeCode' | 'reason' | 'attempt' | 'delay';

/**
 * An event of one type, with the facts that it always has.
 * @typeParam Type its `type`
 * @typeParam Facts what is never undefined
 */
export type EventOf<Type extends string, Facts extends Fact> = UtcpWebSocketEvent & {
  /** The event's name. */
  readonly type: Type;
} & {
  readonly [Name in Facts]: NonNullable<UtcpWebSocketEvent[Name]>;
};

/** The events of a protocol, by name. */
export interface UtcpWebSocketEventMap {
  /** A connection is open. */
  open: EventOf<'open', 'connectionId'>;
  /** A connection that was open is gone, whoever ended it. */
  close: EventOf<'close', 'connectionId' | 'closeCode' | 'reason'>;
  /** A call's message was sent. */
  send: EventOf<'send', 'connectionId' | 'requestId' | 'size'>;
  /** A frame came that was waited for; `requestId` where it answers a call. */
  message: EventOf<'message', 'connectionId' | 'size'>;
  /** A frame came that answers nothing; it was dropped, and `message` says why. */
  unsolicited: EventOf<'unsolicited', 'connectionId' | 'size'>;
  /** An opening failed, `message` says why, and is tried again after `delay`. */
  retry: EventOf<'retry', 'attempt' | 'delay'>;
  /** A token is asked for, came, or did not come: `message` says which. */
  token: EventOf<'token', never>;
  /** Something is not as the call template says, and the call goes on: `message` says what. */
  warning: EventOf<'warning', 'connectionId' | 'requestId' | 'size'>;
}

/** The names of the events. */
export type EventType = keyof UtcpWebSocketEventMap;

/**
 * What listens: a function, or an object with `handleEvent`.
 * @typeParam Type the event's name
 */
export type UtcpWebSocketListener<Type extends EventType> =
  | ((event: UtcpWebSocketEventMap[Type]) => void)
  | {
      /** Is called with the event. */
      handleEvent(event: UtcpWebSocketEventMap[Type]): void;
    }
  | null;

/** As for any `EventTarget`. */
export interface ListenerOptions {
  /** Remove the listener after its first event. Default `false`. */
  once?: boolean | undefined;
  /** As in the DOM; it makes no difference here. */
  capture?: boolean | undefined;
  /** As in the DOM; it makes no difference here. */
  passive?: boolean | undefined;
  /** Removes the listener when it is aborted. Default: none. */
  signal?: AbortSignal | undefined;
}

/** An `EventTarget` that knows its events by name. */
export interface UtcpWebSocketEventTarget {
  /**
   * Listens to an event. Without a listener, events cost nothing.
   * @param type its name
   * @param listener what is called with it
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
   * @param options only `capture` counts
   */
  removeEventListener<Type extends EventType>(
    type: Type,
    listener: UtcpWebSocketListener<Type>,
    options?: boolean | ListenerOptions,
  ): void;
  /**
   * Calls the listeners of the event's type.
   * @param event what they get
   * @returns false where one of them has called `preventDefault`
   */
  dispatchEvent(event: Event): boolean;
}

/**
 * What subscribers of Node's tracing channel `utcp-websocket:call` get of a call, the same object each time. It holds no arguments, no
 * result and no secret.
 */
export interface TracedCall {
  /** What stands before the first dot of the tool's name; empty: nothing does. */
  readonly manual: string;
  /** The tool's name without the manual's. */
  readonly tool: string;
  /** The URL without its secrets; undefined until the call is under way. */
  endpoint: string | undefined;
  /** The request's id, as events have it; undefined until the call is under way. */
  requestId: string | undefined;
  /** What the caller gets, where the call fails. A `ToolError` says what the tool said (`message`, `detail`). */
  error?: unknown;
}

/** What an event is made of, as the core says it. */
export interface EventFacts {
  /** Which event it is, as the core counts them. */
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
  /** How many openings have failed. */
  attempt?: number;
  /** Milliseconds until the next one. */
  delay?: number;
}
