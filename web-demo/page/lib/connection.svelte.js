// Owns the protocol object of the package, and what the endpoint said about its tools.
// Must not know how tools are shown or called.

import { recipes } from 'virtual:recipes';
import { ready, WebSocketCommunicationProtocol } from 'utcp-websocket';
import { adviceFor } from './advice.js';
import { ways } from './auth.js';
import { fill, hide } from './secrets.js';
import { bundledProvider, setup } from './setup.svelte.js';
import { timeline } from './timeline.svelte.js';

/** @typedef {import('utcp-websocket').Tool} Tool */

/** So long most endpoints take for their manual; after it another way is offered. In milliseconds. */
const patience = 2000;

class Connection {
  /** @type {'idle' | 'connecting' | 'connected' | 'failed'} */
  state = $state('idle');
  /** @type {Tool[]} with the placeholder where the secret belongs */
  tools = $state.raw([]);
  /** @type {readonly string[]} why it failed, or which tools were left out */
  problems = $state.raw([]);
  /** What to do about it. */
  advice = $state('');
  /** The manual's call template, with the placeholder. @type {any} */
  manual = $state.raw({});
  /** Whether the manual is being waited for longer than most take. */
  slow = $state(false);
  /** The last frame that came instead of a manual. */
  instead = $state('');
  /** Whether no manual was asked for: the one tool is called by a template alone. */
  withoutManual = $state(false);
  /** Whether the package's synchronous functions may be used. */
  ready = $state(false);
  /** @type {WebSocketCommunicationProtocol | undefined} */
  protocol;
  /** @type {AbortController | undefined} */
  #attempt;

  /** Whether the tools are those of the provider of `npm start`. */
  get bundled() {
    return bundledProvider !== '' && this.manual.url === bundledProvider;
  }

  async load() {
    await ready();
    this.ready = true;
  }

  async connect() {
    await this.disconnect();
    const attempt = new AbortController();
    this.#attempt = attempt;
    const { auth, carrier, secret } = setup;
    const url = setup.url.trim();
    const manual = {
      name: url === bundledProvider ? 'demo' : 'tools',
      call_template_type: 'websocket',
      url,
      ...(setup.offersCredential && setup.protocol && { protocol: setup.protocol }),
      ...ways[auth]?.template(setup.fields),
    };
    const protocol = new WebSocketCommunicationProtocol({
      WebSocket: timeline.socketClass,
      canSetHeaders: false,
      ...(ways[auth]?.needsCarrier && { browserAuth: /** @type {'query' | 'subprotocol'} */ (carrier) }),
    });
    timeline.follow(protocol);
    this.protocol = protocol;
    this.manual = manual;
    const recipe = recipes.find(({ name }) => name === setup.recipe);
    if (recipe) {
      setup.name ||= recipe.tool;
      this.tools = [toolOf(recipe, manual)];
      this.withoutManual = true;
      this.state = 'connected';
      return;
    }
    this.state = 'connecting';
    const timer = setTimeout(() => {
      if (this.#attempt === attempt) this.slow = true;
    }, patience);
    timeline.onDropped = (content) => {
      if (this.#attempt === attempt && this.state === 'connecting') this.instead = content;
    };
    try {
      const filled = { connection_timeout: 10, ...fill(manual, secret) };
      const answer = await protocol.registerManual(null, filled, { signal: attempt.signal });
      if (this.#attempt !== attempt) return;
      this.problems = hide([...answer.errors], secret);
      this.advice = adviceFor(answer.error);
      this.tools = answer.success ? hide(answer.manual.tools, secret) : [];
      this.state = answer.success ? 'connected' : 'failed';
    } catch (error) {
      if (attempt.signal.aborted) return;
      this.problems = [String(error)];
      this.state = 'failed';
    } finally {
      clearTimeout(timer);
      if (this.#attempt === attempt) this.slow = false;
    }
  }

  async disconnect() {
    this.#attempt?.abort();
    this.#attempt = undefined;
    this.state = 'idle';
    this.tools = [];
    this.problems = [];
    this.advice = '';
    this.slow = false;
    this.instead = '';
    this.withoutManual = false;
    const { protocol } = this;
    this.protocol = undefined;
    await protocol?.close();
  }

  /**
   * The tool's template as the page calls it: what the manual's connection needed goes to the same origin, and nowhere else.
   * @param {Tool} tool
   */
  templateOf(tool) {
    const { connect_message, connect_ack, protocol, url } = this.manual;
    const template = tool.tool_call_template;
    if (originOf(template.url) !== originOf(url)) return template;
    return {
      ...template,
      ...(connect_message !== undefined && template.connect_message === undefined && { connect_message, connect_ack }),
      ...(protocol !== undefined && template.protocol === undefined && { protocol }),
    };
  }
}

/** The tool that a template alone makes. @param {typeof recipes[number]} recipe @param {any} manual @returns {any} */
function toolOf({ title, args, streams, template }, { name: _, ...connecting }) {
  return {
    name: title,
    description: 'Called by its template alone: the endpoint is not asked for a manual.',
    inputs: { type: 'object', additionalProperties: true, default: args },
    outputs: {},
    tags: streams ? ['stream'] : [],
    tool_call_template: { ...template, ...connecting },
  };
}

/** @param {string} url */
const originOf = (url) => (URL.canParse(url) ? new URL(url).origin : undefined);

export const connection = new Connection();
