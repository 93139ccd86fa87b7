// Owns `connect`: one endpoint with its tools, for who does not need the SDK. A thin layer over the protocol. Must not know how tools are
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
 * An endpoint and what can be called there: what `connect` resolves with.
 * @template [Result=any] what calls resolve with
 * @template [Item=any] what streams yield
 */
export class Endpoint {
  #manual;
  #template;
  /** @type {Map<string, unknown>} */
  #templates = new Map();

  /**
   * @param {WebSocketCommunicationProtocol} protocol
   * @param {any} template
   * @param {{ tools: Tool[], leftOut: string[] } | undefined} discovered undefined: the template serves every name
   * @param {string[]} parameters
   */
  constructor(protocol, template, discovered, parameters) {
    /** What calls go through; events are heard there. */
    this.protocol = protocol;
    /** The tools that the endpoint told of: names, descriptions, JSON Schemas. None where it was not asked. @type {readonly Tool[]} */
    this.tools = discovered?.tools ?? [];
    /** Why tools of the manual are not among them. @type {readonly string[]} */
    this.leftOut = discovered?.leftOut ?? [];
    /** The arguments that the template takes by name, where it serves every tool. @type {readonly string[]} */
    this.arguments = parameters;
    this.#manual = manualOf(template);
    this.#template = discovered ? undefined : template;
    for (const { name, tool_call_template } of this.tools) this.#templates.set(name, tool_call_template);
  }

  /**
   * Calls a tool. Rejects as `WebSocketCommunicationProtocol.callTool` does, and with `invalid_argument` where there is no such tool.
   * @template [As=Result] the type of the result; nobody checks it
   * @param {string} name the tool's
   * @param {Record<string, any> | readonly unknown[] | null} [args] the arguments, by name; an array where the message takes them as `{{args}}`
   * @param {CallOptions} [options] a signal that ends it, a timeout of its own, what hears of progress
   * @returns {Promise<As>} the result
   */
  call(name, args, options) {
    // Not an async function: its promise would be a second one, which resolves some turns later.
    try {
      const template = this.#templateOf(name);
      return this.protocol.callTool(null, `${this.#manual}.${name}`, /** @type {any} */ (args), template, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Calls a tool and yields its responses. Leaving the loop ends the stream.
   * @template [As=Item] the type of each item; nobody checks it
   * @param {string} name the tool's
   * @param {Record<string, any> | readonly unknown[] | null} [args] the arguments, as for `call`
   * @param {CallOptions} [options] a signal that ends it, a timeout of its own, what hears of progress
   * @returns {AsyncGenerator<As, void, unknown>} each item
   */
  stream(name, args, options) {
    // Not a generator around it: leaving would wait for the item that a `next()` is waiting for.
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
   * What `await using` does in the end: `close()`.
   * @returns {Promise<void>} when the connections are closed
   */
  [Symbol.asyncDispose]() {
    return this.close();
  }
}

/**
 * Asks an endpoint for its tools.
 *
 * @overload
 * @param {string | URL | AnyCallTemplate} target its URL, or a call template that says how to ask
 * @param {ConnectOptions & { discover?: true | undefined }} [options] those of a protocol, a signal, a timeout
 * @returns {Promise<Endpoint>} the endpoint; rejects with the reason where it tells no tools
 */
/**
 * Takes a call template for tools of any name, and asks for none.
 *
 * The types of results follow from the template, as with `callTool`.
 * @template {ResponseFormat | undefined} [Format=undefined]
 * @template {number | undefined} [Count=undefined]
 * @template {string | undefined} [Path=undefined]
 * @overload
 * @param {WebSocketCallTemplate<Format, Count, Path>} target how to call
 * @param {ConnectOptions & { discover: false }} options those of a protocol
 * @returns {Promise<Endpoint<ToolResult<Format, Count, Path>, ToolStreamItem<Format, Path>>>} the endpoint; rejects where the template is
 *   wrong. Nothing is opened yet.
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
    // Under the name that calls are made by: they use the connection on which the endpoint was asked.
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
  if (!isObject(target)) throw new TypeError(`connect takes a URL or a call template, not ${kindOf(target)}`);
  // As it is now: the caller may change it.
  return JSON.parse(stringify(target, 'callTemplate') ?? 'null');
}
