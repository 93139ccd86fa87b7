// Owns the diagnostics channels of Node (and of other hosts that have them): finding them, and reporting a call to subscribers. Must not
// know how calls are made.

/** @typedef {{ hasSubscribers: boolean, publish: (message: unknown) => void }} Channel */
/**
 * Node's `TracingChannel`, as far as it is used here.
 * @typedef {{ hasSubscribers?: boolean, start: Channel & { runStores: (context: object, run: () => void) => void }, end: Channel,
 *   asyncStart: Channel, asyncEnd: Channel, error: Channel }} CallChannels
 */
/** @typedef {{ calls: CallChannels, events: Channel }} Channels */

const NAME = 'utcp-websocket';
/** @type {Channels | null | undefined} */
let found;

/** @returns {Channels | null} null: the host has none */
export function diagnosticsChannels() {
  if (found !== undefined) return found;
  // Not imported: bundlers for browsers complain of modules of Node. Node before 20.16 lacks this function.
  const node = /** @type {any} */ (globalThis).process?.getBuiltinModule?.('node:diagnostics_channel');
  found = node?.tracingChannel
    ? { calls: node.tracingChannel(`${NAME}:call`), events: node.channel(`${NAME}:event`) }
    : null;
  return found;
}

/** Whether anybody listens to any of them. Bun's do not say it as one. @param {CallChannels} calls @returns {boolean} */
export function areHeard({ hasSubscribers, start, end, asyncStart, asyncEnd, error }) {
  if (hasSubscribers !== undefined) return hasSubscribers;
  return [start, end, asyncStart, asyncEnd, error].some((one) => one.hasSubscribers);
}

/** Reports one call like Node's `tracePromise`, but never the result. */
export class CallTracing {
  #channels;
  /** The same object each time. @type {import('../types/shared.js').TracedCall} */
  #context;

  /** @param {CallChannels} channels @param {string} toolName with the manual's before its first dot */
  constructor(channels, toolName) {
    this.#channels = channels;
    const dot = toolName.indexOf('.');
    this.#context = {
      manual: toolName.slice(0, Math.max(dot, 0)),
      tool: toolName.slice(dot + 1),
      endpoint: undefined,
      requestId: undefined,
    };
  }

  /** @param {() => void} begin begins the call; what subscribers have bound to `start` (`bindStore`) holds in there */
  start(begin) {
    const { start, end } = this.#channels;
    start.runStores(this.#context, () => {
      try {
        begin();
      } finally {
        end.publish(this.#context);
      }
    });
  }

  /** The call has been checked, and is under way. @param {string} endpoint the URL without its secrets @param {number} id */
  underWay(endpoint, id) {
    this.#context.endpoint = endpoint;
    this.#context.requestId = String(id);
  }

  finished() {
    this.#channels.asyncStart.publish(this.#context);
    this.#channels.asyncEnd.publish(this.#context);
  }

  /** @param {unknown} error what the caller gets */
  failed(error) {
    this.#context.error = error;
    this.#channels.error.publish(this.#context);
    this.finished();
  }
}
