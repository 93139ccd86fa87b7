// Owns `connect`: one endpoint with its tools, for callers who do not need the SDK. A thin layer over the protocol. Must not know how tools are
// called.
import { copyOf } from '../base/check.js';
import { createError } from '../base/errors.js';
import { isObject, kindOf } from '../base/values.js';
import { stringify } from '../core/message.js';
import { ready } from '../core/module.js';
import { argumentsOf } from '../core/pure.js';
import { callOptions, isSignal } from './options.js';
import { WebSocketCommunicationProtocol } from './protocol.js';

/**
 * @import { AnyCallTemplate, CallOptions, ConnectOptions, ResponseFormat, Tool, ToolResult, ToolStreamItem,
 *   WebSocketCallTemplate } from '../types/shared.js'
 */

/** The manual of a template without a name. */
const MANUAL = 'endpoint';

/**
 * An endpoint with its tools: the result of `connect`.
 * @template [Result=any] the type of results
 * @template [Item=any] the type of stream items
 */
export class Endpoint {
  #manual;
  #template;
  /** @type {Map<string, unknown>} */
  #templates = new Map();

  /**
   * @param {WebSocketCommunicationProtocol} protocol
   * @param {any} template
   * @param {{ tools: Tool[], leftOut: string[] } | undefined} discovered undefined: the template applies to every name
   * @param {string[]} parameters
   */
  constructor(protocol, template, discovered, parameters) {
    /** The protocol that makes the calls; listen to its events. */
    this.protocol = protocol;
    /** The endpoint's tools: names, descriptions, JSON Schemas. Empty with `discover: false`. @type {readonly Tool[]} */
    this.tools = discovered?.tools ?? [];
    /** Why tools of the manual were left out. @type {readonly string[]} */
    this.leftOut = discovered?.leftOut ?? [];
    /** The arguments that the template names; with `discover: false` only. @type {readonly string[]} */
    this.arguments = parameters;
    this.#manual = manualOf(template);
    this.#template = discovered ? undefined : template;
    for (const { name, tool_call_template } of this.tools) this.#templates.set(name, tool_call_template);
  }

  /**
   * Calls a tool. Rejects as `WebSocketCommunicationProtocol.callTool` does, and with `invalid_argument` if there is no such tool.
   * @template [As=Result] the type of the result, which is not checked
   * @param {string} name the tool's name
   * @param {Record<string, any> | readonly unknown[] | null} [args] the arguments, by name; an array if the message contains `{{args}}`
   * @param {CallOptions} [options] an abort signal, a timeout, a listener for progress
   * @returns {Promise<As>} the result
   */
  call(name, args, options) {
    // Not an async function: that would add a second promise, which resolves some turns later.
    try {
      const template = this.#templateOf(name);
      return this.protocol.callTool(null, `${this.#manual}.${name}`, /** @type {any} */ (args), template, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Calls a tool and yields its responses. Leaving the loop ends the stream.
   * @template [As=Item] the type of each item, which is not checked
   * @param {string} name the tool's name
   * @param {Record<string, any> | readonly unknown[] | null} [args] the arguments, as for `call`
   * @param {CallOptions} [options] an abort signal, a timeout, a listener for progress
   * @returns {AsyncGenerator<As, void, unknown>} each item
   */
  stream(name, args, options) {
    // Not a generator around it: ending it would wait for a pending `next()`.
    try {
      const template = this.#templateOf(name);
      return this.protocol.callToolStreaming(
        null,
        `${this.#manual}.${name}`,
        /** @type {any} */ (args),
        template,
        options,
      );
    } catch (error) {
      return refused(error);
    }
  }

  /** @param {unknown} name @returns {any} */
  #templateOf(name) {
    if (typeof name !== 'string') throw new TypeError(`the name of a tool must be a string, not ${kindOf(name)}`);
    if (this.#template) return this.#template;
    const template = this.#templates.get(name);
    if (template) return template;
    const names = [...this.#templates.keys()];
    const some =
      names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ');
    const message = `there is no tool ${JSON.stringify(name)}; there are ${some || 'none'}`;
    throw createError({ code: 'invalid_argument', message, field: 'name' });
  }

  /**
   * Closes the connections; calls in flight reject with `ProtocolClosedError`.
   * @returns {Promise<void>} when they are closed
   */
  close() {
    return this.protocol.close();
  }

  /**
   * Called by `await using`: `close()`.
   * @returns {Promise<void>} when the connections are closed
   */
  [Symbol.asyncDispose]() {
    return this.close();
  }
}

/**
 * Connects to an endpoint and fetches its tools.
 *
 * @overload
 * @param {string | URL | AnyCallTemplate} target its URL, or a call template
 * @param {ConnectOptions & { discover?: true | undefined }} [options] those of a protocol, an abort signal, a timeout
 * @returns {Promise<Endpoint>} the endpoint; rejects with the reason if there is no manual
 */
/**
 * Uses a call template for any tool name, without fetching tools.
 *
 * The types of results follow from the template, as with `callTool`.
 * @template {ResponseFormat | undefined} [Format=undefined]
 * @template {number | undefined} [Count=undefined]
 * @template {string | undefined} [Path=undefined]
 * @overload
 * @param {WebSocketCallTemplate<Format, Count, Path>} target how to call
 * @param {ConnectOptions & { discover: false }} options those of a protocol
 * @returns {Promise<Endpoint<ToolResult<Format, Count, Path>, ToolStreamItem<Format, Path>>>} the endpoint; rejects if the template is
 *   invalid. No connection is opened yet.
 */
/**
 * @param {any} target
 * @param {ConnectOptions} [options]
 * @returns {Promise<Endpoint<any, any>>}
 */
export async function connect(target, options = {}) {
  const { discover = true, signal: _, timeout, ...others } = copyOf('options', options);
  if (typeof discover !== 'boolean')
    throw new TypeError(`options.discover must be true or false, not ${kindOf(discover)}`);
  const template = templateOf(target);
  // As for calls: an AbortController will do, whose signal is not its own property, and a bare signal will not.
  const given = callOptions(isSignal(options) ? options : { signal: options.signal, timeout });
  const protocol = new WebSocketCommunicationProtocol(others);
  if (!discover) {
    await ready();
    return new Endpoint(protocol, template, undefined, argumentsOf(template));
  }
  try {
    // With the name that calls use, so that they share the connection of this request.
    const named = { ...template, name: manualOf(template) };
    const { success, manual, errors, error } = await protocol.registerManual(null, named, given);
    if (!success) throw error;
    return new Endpoint(protocol, template, { tools: manual.tools, leftOut: errors }, []);
  } catch (error) {
    await protocol.close();
    throw error;
  }
}

/** What calls name: the manual ends at their first dot. @param {any} template @returns {string} */
function manualOf(template) {
  const name = template?.name ?? MANUAL;
  return typeof name === 'string' ? name.replaceAll('.', '_') || MANUAL : name;
}

/** A stream that cannot begin. @param {unknown} error @returns {AsyncGenerator<any, void, unknown>} */
// biome-ignore lint/correctness/useYield: its first item is an error
async function* refused(error) {
  throw error;
}

/** @param {any} target @returns {any} */
function templateOf(target) {
  if (typeof target === 'string' || target instanceof URL) return { url: String(target) };
  if (!isObject(target)) throw new TypeError(`connect expects a URL or a call template, not ${kindOf(target)}`);
  // A copy: the caller may change it.
  return JSON.parse(stringify(target, 'callTemplate') ?? 'null');
}
