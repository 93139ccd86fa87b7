// Owns the public API: the methods of the SDK's communication protocol, as promises and generators over one driver.
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
   * Cheap: loads no wasm and opens no connection.
   * @param {import('../types/shared.js').ProtocolOptions} [options] each documents its default
   * @throws a `TypeError` that names a wrong option
   */
  constructor(options) {
    super();
    this.#options = checkOptions(options);
    this.#driver = new Driver(this.#options, (event) => this.dispatchEvent(event));
  }

  /**
   * Fetches an endpoint's manual. Tools of the same origin (scheme, host, port) without `auth` inherit the manual's; it is never sent
   * to other origins. A failure resolves with `success: false` and its reasons in `errors`, as the SDK expects;
   * only an abort rejects, with the signal's reason.
   * @template {string} Type
   * @template {AnyCallTemplate<Type>} Template
   * @param {unknown} caller the owner of the connections, usually the SDK's client; null: none
   * @param {Template & AnyCallTemplate<Type>} manualCallTemplate the endpoint, and how to ask it
   * @param {CallOptions} [options] an abort signal, a timeout
   * @returns {Promise<RegisterManualResult<Template>>} the manual, or why there is none
   */
  async registerManual(caller, manualCallTemplate, options) {
    /** @type {AbortSignal | undefined} */
    let signal;
    try {
      const given = callOptions(options);
      signal = given.signal;
      if (manualCallTemplate === undefined && looksLikeTemplate(caller)) {
        throw new TypeError('registerManual(caller, template): pass the caller first, or null');
      }
      // A copy: the caller may change its template during the request.
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
   * Closes the connections of the manual's tools; calls in flight reject with `ProtocolClosedError`. A call belongs to the
   * manual in its tool name (`manual.tool`), else to its template's `name`.
   * @param {unknown} caller the caller that registered it
   * @param {AnyCallTemplate} manualCallTemplate only its `name` matters
   * @returns {Promise<void>} when the connections are closed, after two seconds at the latest
   */
  async deregisterManual(caller, manualCallTemplate) {
    const name = /** @type {{ name?: unknown } | null | undefined} */ (manualCallTemplate)?.name;
    await this.#driver.deregister(this.#callers.numberOf(caller), typeof name === 'string' ? name : '');
  }

  /**
   * Calls a tool. Rejects with an error of this library; with a TypeError if JSON cannot represent an argument, before anything
   * is sent; with the signal's reason after an abort.
   *
   * A type argument sets the type of the result, which is not checked.
   * @template [Result=never]
   * @overload
   * @param {unknown} caller the owner of the connections, usually the SDK's client; null: none
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, which sends a message per chunk
   * @param {TemplateFor<Result>} toolCallTemplate how to call it
   * @param {CallOptions} [options] an abort signal, a timeout, a listener for progress
   * @returns {Promise<Result>} the result
   */
  /**
   * Calls a tool. Rejects with an error of this library; with a TypeError if JSON cannot represent an argument, before anything
   * is sent; with the signal's reason after an abort.
   *
   * If the template's type is unspecific, the result is `any`.
   * @template {string} Type
   * @overload
   * @param {unknown} caller the owner of the connections, usually the SDK's client; null: none
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, which sends a message per chunk
   * @param {UntypedCallTemplate<Type>} toolCallTemplate how to call it
   * @param {CallOptions} [options] an abort signal, a timeout, a listener for progress
   * @returns {Promise<any>} the result
   */
  /**
   * Calls a tool. Rejects with an error of this library; with a TypeError if JSON cannot represent an argument, before anything
   * is sent; with the signal's reason after an abort.
   *
   * The type of the result follows from the template: see `ToolResult`.
   * @template {ResponseFormat | undefined} [Format=undefined]
   * @template {number | undefined} [Count=undefined]
   * @template {string | undefined} [Path=undefined]
   * @overload
   * @param {unknown} caller the owner of the connections, usually the SDK's client; null: none
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, which sends a message per chunk
   * @param {WebSocketCallTemplate<Format, Count, Path>} toolCallTemplate how to call it
   * @param {CallOptions} [options] an abort signal, a timeout, a listener for progress
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
   * ends the call at once. Throws the errors of `callTool`.
   *
   * A type argument sets the type of the items, which is not checked.
   * @template [Result=never]
   * @overload
   * @param {unknown} caller the owner of the connections, usually the SDK's client; null: none
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, which sends a message per chunk
   * @param {TemplateFor<Result>} toolCallTemplate how to call it
   * @param {CallOptions} [options] an abort signal, a timeout, a listener for progress
   * @returns {AsyncGenerator<Result, void, unknown>} each item
   */
  /**
   * Calls a tool and yields its responses, frame by frame. The call starts with the first `next()`. Leaving the loop early
   * ends the call at once. Throws the errors of `callTool`.
   *
   * If the template's type is unspecific, each item is `any`.
   * @template {string} Type
   * @overload
   * @param {unknown} caller the owner of the connections, usually the SDK's client; null: none
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, which sends a message per chunk
   * @param {UntypedCallTemplate<Type>} toolCallTemplate how to call it
   * @param {CallOptions} [options] an abort signal, a timeout, a listener for progress
   * @returns {AsyncGenerator<any, void, unknown>} each item
   */
  /**
   * Calls a tool and yields its responses, frame by frame. The call starts with the first `next()`. Leaving the loop early
   * ends the call at once. Throws the errors of `callTool`.
   *
   * The type of each item follows from the template: see `ToolStreamItem`.
   * @template {ResponseFormat | undefined} [Format=undefined]
   * @template {number | undefined} [Count=undefined]
   * @template {string | undefined} [Path=undefined]
   * @overload
   * @param {unknown} caller the owner of the connections, usually the SDK's client; null: none
   * @param {string} toolName with the manual's name before its first dot: `manual.tool`
   * @param {Record<string, any> | null | undefined} toolArgs the arguments, by name; one may be an async iterable, which sends a message per chunk
   * @param {WebSocketCallTemplate<Format, Count, Path>} toolCallTemplate how to call it
   * @param {CallOptions} [options] an abort signal, a timeout, a listener for progress
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
      const cure = typeof caller === 'string' ? '; pass the caller before it, or null' : '';
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
   * Called by `await using`: `close()`.
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
   * @param {UtcpWebSocketListener<Type>} listener called with it
   * @param {boolean | ListenerOptions} [options] as for any `EventTarget`
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
    if (isEventType(`${type}`)) this.#driver.report();
  }
}

/** Whether a value is likely a template, passed as the wrong argument. @param {any} value */
function looksLikeTemplate(value) {
  return kindOf(value) === 'an object' && typeof value.url === 'string';
}

/** Any value may be thrown. @param {unknown} error @returns {string} */
function textOf(error) {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'it failed with a value that cannot be converted to text';
  }
}
