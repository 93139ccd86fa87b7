// Owns the public face: the methods of the SDK's communication protocol, as promises and generators over one driver.
// Must not know wasm or sockets.

import { MODE_SINGLE } from '../../dist/constants.js';
import { kindOf } from '../base/values.js';
import { Driver } from '../core/driver.js';
import { isEventType } from '../core/events.js';
import { stringify } from '../core/message.js';
import { manualFrom } from '../core/pure.js';
import { Callers } from '../core/tools.js';
import { callOptions, checkOptions } from './options.js';

/**
 * @import { AnyCallTemplate, CallOptions, EventType, ListenerOptions, RegisterManualResult, ResponseFormat, TemplateFor,
 *   ToolResult, ToolStreamItem, UntypedCallTemplate, UtcpWebSocketEventTarget, UtcpWebSocketListener,
 *   WebSocketCallTemplate } from '../types/shared.js'
 */

/** For tests: the driver behind a protocol. @type {(protocol: WebSocketCommunicationProtocol) => Driver} */
export let driverOf;

/**
 * Discovers and calls tools over WebSocket. Each protocol has its own connections; the wasm module is shared and loads with
 * the first call. It has the methods of the SDK's `CommunicationProtocol`, each with one more optional argument, and is an
 * `EventTarget`: see `UtcpWebSocketEventMap`.
 */
export class WebSocketCommunicationProtocol extends /** @type {new () => UtcpWebSocketEventTarget} */ (EventTarget) {
  /** @type {import('../base/check.js').CheckedOptions} */
  #options;
  #callers = new Callers();
  #driver;

  static {
    driverOf = (protocol) => protocol.#driver;
  }

  /**
   * Cheap: nothing is loaded or opened.
   * @param {import('../types/shared.js').ProtocolOptions} [options] see each for its default
   * @throws a `TypeError` that names a wrong option
   */
  constructor(options) {
    super();
    this.#options = checkOptions(options);
    this.#driver = new Driver(this.#options, (event) => this.dispatchEvent(event));
  }

  /**
   * Asks an endpoint for its manual. Tools of the same origin (scheme, host, port) that bring no `auth` get the manual's; to
   * other origins it is never sent. A failure resolves with `success: false` and its reasons in `errors`, as the SDK wants
   * it; only an abort rejects, with the signal's reason.
   * @template {string} Type
   * @template {AnyCallTemplate<Type>} Template
   * @param {unknown} caller whose connections to use, usually the SDK's client; null: nobody's in particular
   * @param {Template & AnyCallTemplate<Type>} manualCallTemplate where to ask, and how
   * @param {CallOptions} [options] a signal that ends it, a timeout of its own
   * @returns {Promise<RegisterManualResult<Template>>} the manual, or why there is none
   */
  async registerManual(caller, manualCallTemplate, options) {
    /** @type {AbortSignal | undefined} */
    let signal;
    try {
      const given = callOptions(options);
      signal = given.signal;
      if (manualCallTemplate === undefined && looksLikeTemplate(caller)) {
        throw new TypeError('registerManual(caller, template): pass the caller first, null for nobody in particular');
      }
      // As it is now: the caller may change its template while the endpoint is asked.
      const template = JSON.parse(stringify(manualCallTemplate, 'callTemplate') ?? 'null');
      const request = {
        ...{ caller: this.#callers.numberOf(caller), toolName: '', args: {}, template },
        timeout: given.timeout,
      };
      const { text, mask } = await this.#driver.discover(request, signal);
      const { manual, leftOut } = await manualFrom(text, this.#options, JSON.stringify(template), mask);
      return { manualCallTemplate, manual, success: true, errors: leftOut };
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      const manual = { utcp_version: '1.0.1', manual_version: '1.0.0', tools: [] };
      return {
        manualCallTemplate,
        manual,
        success: false,
        errors: [textOf(error)],
        error,
      };
    }
  }

  /**
   * Closes what the manual's tools opened; calls still in flight reject with `ProtocolClosedError`. A call belongs to the
   * manual that its tool name starts with (`manual.tool`), else to its template's `name`.
   * @param {unknown} caller the one that registered it
   * @param {AnyCallTemplate} manualCallTemplate only its `name` counts
   * @returns {Promise<void>} when the connections are closed, after two seconds at the latest
   */
  async deregisterManual(caller, manualCallTemplate) {
    const name = /** @type {{ name?: unknown } | null | undefined} */ (manualCallTemplate)?.name;
    await this.#driver.deregister(this.#callers.numberOf(caller), typeof name === 'string' ? name : '');
  }

  /**
   * Calls a tool. Rejects with an error of this library; with a TypeError where JSON cannot hold an argument, before anything
   * is sent; with the signal's reason after an abort.
   *
   * With a type argument the result is of that type. Nobody checks that.
   * @template [Result=never]
   * @overload
   * @param {unknown} caller whose connections to use, usually the SDK's client; null: nobody's in particular
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, for whose chunks a message is sent each
   * @param {TemplateFor<Result>} toolCallTemplate how to call it
   * @param {CallOptions} [options] a signal that ends it, a timeout of its own, what hears of progress
   * @returns {Promise<Result>} the result
   */
  /**
   * Calls a tool. Rejects with an error of this library; with a TypeError where JSON cannot hold an argument, before anything
   * is sent; with the signal's reason after an abort.
   *
   * Where the template's type says too little, nothing is known of the result.
   * @template {string} Type
   * @overload
   * @param {unknown} caller whose connections to use, usually the SDK's client; null: nobody's in particular
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, for whose chunks a message is sent each
   * @param {UntypedCallTemplate<Type>} toolCallTemplate how to call it
   * @param {CallOptions} [options] a signal that ends it, a timeout of its own, what hears of progress
   * @returns {Promise<any>} the result
   */
  /**
   * Calls a tool. Rejects with an error of this library; with a TypeError where JSON cannot hold an argument, before anything
   * is sent; with the signal's reason after an abort.
   *
   * The type of the result follows from the template: see `ToolResult`.
   * @template {ResponseFormat | undefined} [Format=undefined]
   * @template {number | undefined} [Count=undefined]
   * @template {string | undefined} [Path=undefined]
   * @overload
   * @param {unknown} caller whose connections to use, usually the SDK's client; null: nobody's in particular
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, for whose chunks a message is sent each
   * @param {WebSocketCallTemplate<Format, Count, Path>} toolCallTemplate how to call it
   * @param {CallOptions} [options] a signal that ends it, a timeout of its own, what hears of progress
   * @returns {Promise<ToolResult<Format, Count, Path>>} the result
   */
  /**
   * @param {unknown} caller
   * @param {string} toolName
   * @param {Record<string, any> | null | undefined} toolArgs
   * @param {unknown} toolCallTemplate
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  callTool(caller, toolName, toolArgs, toolCallTemplate, options) {
    try {
      const given = callOptions(options);
      const request = this.#request(caller, toolName, toolArgs, toolCallTemplate, given);
      return this.#driver.call(MODE_SINGLE, request, given.signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Calls a tool and yields its responses, frame by frame. The call starts with the first `next()`. Leaving the loop early
   * ends it at once. Throws what `callTool` rejects with.
   *
   * With a type argument each item is of that type. Nobody checks that.
   * @template [Result=never]
   * @overload
   * @param {unknown} caller whose connections to use, usually the SDK's client; null: nobody's in particular
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, for whose chunks a message is sent each
   * @param {TemplateFor<Result>} toolCallTemplate how to call it
   * @param {CallOptions} [options] a signal that ends it, a timeout of its own, what hears of progress
   * @returns {AsyncGenerator<Result, void, unknown>} each item
   */
  /**
   * Calls a tool and yields its responses, frame by frame. The call starts with the first `next()`. Leaving the loop early
   * ends it at once. Throws what `callTool` rejects with.
   *
   * Where the template's type says too little, nothing is known of each item.
   * @template {string} Type
   * @overload
   * @param {unknown} caller whose connections to use, usually the SDK's client; null: nobody's in particular
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, for whose chunks a message is sent each
   * @param {UntypedCallTemplate<Type>} toolCallTemplate how to call it
   * @param {CallOptions} [options] a signal that ends it, a timeout of its own, what hears of progress
   * @returns {AsyncGenerator<any, void, unknown>} each item
   */
  /**
   * Calls a tool and yields its responses, frame by frame. The call starts with the first `next()`. Leaving the loop early
   * ends it at once. Throws what `callTool` rejects with.
   *
   * The type of each item follows from the template: see `ToolStreamItem`.
   * @template {ResponseFormat | undefined} [Format=undefined]
   * @template {number | undefined} [Count=undefined]
   * @template {string | undefined} [Path=undefined]
   * @overload
   * @param {unknown} caller whose connections to use, usually the SDK's client; null: nobody's in particular
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, for whose chunks a message is sent each
   * @param {WebSocketCallTemplate<Format, Count, Path>} toolCallTemplate how to call it
   * @param {CallOptions} [options] a signal that ends it, a timeout of its own, what hears of progress
   * @returns {AsyncGenerator<ToolStreamItem<Format, Path>, void, unknown>} each item
   */
  /**
   * @param {unknown} caller
   * @param {string} toolName
   * @param {Record<string, any> | null | undefined} toolArgs
   * @param {unknown} toolCallTemplate
   * @param {CallOptions} [options]
   * @returns {AsyncGenerator<any, void, unknown>}
   */
  callToolStreaming(caller, toolName, toolArgs, toolCallTemplate, options) {
    try {
      const given = callOptions(options);
      return this.#driver.stream(this.#request(caller, toolName, toolArgs, toolCallTemplate, given), given.signal);
    } catch (error) {
      return this.#driver.stream(undefined, undefined, error);
    }
  }

  /**
   * @param {unknown} caller @param {unknown} toolName @param {unknown} args @param {unknown} template
   * @param {CallOptions} options
   */
  #request(caller, toolName, args, template, { timeout, onProgress }) {
    if (typeof toolName !== 'string') {
      const cure = typeof caller === 'string' ? '; the caller comes before it: null for nobody in particular' : '';
      throw new TypeError(`toolName must be a string, not ${kindOf(toolName)}${cure}`);
    }
    return { caller: this.#callers.numberOf(caller), toolName, args, template, timeout, onProgress };
  }

  /**
   * Closes every connection; calls in flight reject with `ProtocolClosedError`. The protocol can be used again afterwards.
   * @returns {Promise<void>} when the connections are closed, after two seconds at the latest
   */
  close() {
    return this.#driver.close();
  }

  /**
   * What `await using` does in the end: `close()`.
   * @returns {Promise<void>} when the connections are closed
   */
  [Symbol.asyncDispose]() {
    return this.close();
  }

  /**
   * Listens to an event. Without a listener, events cost nothing.
   * @override
   * @template {EventType} Type
   * @param {Type} type its name
   * @param {UtcpWebSocketListener<Type>} listener what is called with it
   * @param {boolean | ListenerOptions} [options] as for any `EventTarget`
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
    if (isEventType(`${type}`)) this.#driver.report();
  }
}

/** What may be a template, in the place of something else. @param {any} value */
function looksLikeTemplate(value) {
  return kindOf(value) === 'an object' && typeof value.url === 'string';
}

/** What was thrown may be anything. @param {unknown} error @returns {string} */
function textOf(error) {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'it failed with something that cannot be written as text';
  }
}
