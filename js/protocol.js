// Owns the public face: the methods of the SDK's communication protocol, as promises and generators over one driver.
// Must not know wasm or sockets.
import { DISCOVERY, SINGLE } from './calls.js';
import { Driver } from './driver.js';
import { isEventType } from './events.js';
import { checkOptions } from './options.js';
import { manualFrom } from './pure.js';
import { Callers } from './tools.js';

/**
 * @typedef {import('./types.js').AnyCallTemplate} AnyCallTemplate
 * @typedef {import('./types.js').CallOptions} CallOptions
 * @typedef {import('./types.js').RegisterManualResult} RegisterManualResult
 */

/** For tests: the driver behind a protocol. @type {(protocol: WebSocketCommunicationProtocol) => Driver} */
export let driverOf;

/**
 * Discovers and calls tools over WebSocket. Each protocol has its own connections; the wasm module is shared and loads with
 * the first call. It dispatches `open`, `close`, `send`, `message`, `unsolicited`, `retry`, `token` and `warning`
 * events (`UtcpWebSocketEvent`); without a listener they cost nothing.
 */
export class WebSocketCommunicationProtocol extends EventTarget {
  /** @type {import('./options.js').CheckedOptions} */
  #options;
  #callers = new Callers();
  #driver;

  static {
    driverOf = (protocol) => protocol.#driver;
  }

  /** @param {import('./types.js').ProtocolOptions} [options] throws a TypeError that names a wrong one */
  constructor(options) {
    super();
    this.#options = checkOptions(options);
    this.#driver = new Driver(this.#options, (event) => this.dispatchEvent(event));
  }

  /**
   * Asks an endpoint for its manual. Tools of the same origin (scheme, host, port) that bring no `auth` get the manual's; to
   * other origins it is never sent. A failure resolves with `success: false` and its reasons in `errors`, as the SDK wants
   * it; only an abort rejects, with the signal's reason.
   * @param {unknown} caller whose connections to use; null: nobody's in particular
   * @param {AnyCallTemplate} manualCallTemplate
   * @param {CallOptions} [options]
   * @returns {Promise<RegisterManualResult>}
   */
  async registerManual(caller, manualCallTemplate, options) {
    const signal = options?.signal;
    try {
      const request = { caller: this.#callers.numberOf(caller), toolName: '', args: {}, template: manualCallTemplate };
      // As they are now: the caller may change its template while the endpoint is asked.
      const { url, auth } = /** @type {{ url?: unknown, auth?: unknown }} */ (manualCallTemplate);
      const source = { url: String(url), auth: auth ? JSON.stringify(auth) : '' };
      const text = await this.#driver.call(DISCOVERY, request, signal);
      const { manual, leftOut } = await manualFrom(text, this.#options, source);
      return { manualCallTemplate, manual, success: true, errors: leftOut };
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      const manual = { utcp_version: '1.0.1', manual_version: '1.0.0', tools: [] };
      return {
        manualCallTemplate,
        manual,
        success: false,
        errors: [error instanceof Error ? error.message : String(error)],
      };
    }
  }

  /**
   * Closes what the manual's tools opened; calls still in flight reject with `ProtocolClosedError`. A call belongs to the
   * manual that its tool name starts with (`manual.tool`), else to its template's `name`.
   * @param {unknown} caller
   * @param {AnyCallTemplate} manualCallTemplate only its `name` counts
   * @returns {Promise<void>} when the connections are closed, after two seconds at the latest
   */
  async deregisterManual(caller, manualCallTemplate) {
    const { name } = /** @type {{ name?: unknown }} */ (manualCallTemplate);
    await this.#driver.deregister(this.#callers.numberOf(caller), typeof name === 'string' ? name : '');
  }

  /**
   * Calls a tool. Rejects with an error of this library; with a TypeError where JSON cannot hold an argument, before anything
   * is sent; with the signal's reason after an abort.
   * @param {unknown} caller
   * @param {string} toolName
   * @param {Record<string, any> | null | undefined} toolArgs
   * @param {AnyCallTemplate} toolCallTemplate
   * @param {CallOptions} [options]
   * @returns {Promise<any>} the response; an array of them where `expected_responses` is not 1
   */
  callTool(caller, toolName, toolArgs, toolCallTemplate, options) {
    const request = { caller: this.#callers.numberOf(caller), toolName, args: toolArgs, template: toolCallTemplate };
    return this.#driver.call(SINGLE, request, options?.signal);
  }

  /**
   * Calls a tool and yields its responses, frame by frame. The call starts with the first `next()`. Leaving the loop early
   * ends it at once. Throws what `callTool` rejects with.
   * @param {unknown} caller
   * @param {string} toolName
   * @param {Record<string, any> | null | undefined} toolArgs
   * @param {AnyCallTemplate} toolCallTemplate
   * @param {CallOptions} [options]
   * @returns {AsyncGenerator<any, void, unknown>}
   */
  callToolStreaming(caller, toolName, toolArgs, toolCallTemplate, options) {
    const request = { caller: this.#callers.numberOf(caller), toolName, args: toolArgs, template: toolCallTemplate };
    return this.#driver.stream(request, options?.signal);
  }

  /**
   * Closes every connection; calls in flight reject with `ProtocolClosedError`. The protocol can be used again afterwards.
   * @returns {Promise<void>} when the connections are closed, after two seconds at the latest
   */
  close() {
    return this.#driver.close();
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }

  /**
   * @override
   * @param {string} type
   * @param {any} listener gets a `UtcpWebSocketEvent`
   * @param {boolean | AddEventListenerOptions} [options]
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
    if (isEventType(type)) this.#driver.report();
  }
}
