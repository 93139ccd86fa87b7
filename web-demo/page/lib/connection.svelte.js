// Owns the protocol object of the package, and what the endpoint said about its tools.
// Must not know how tools are shown or called.

import { ready, WebSocketCommunicationProtocol } from 'utcp-websocket';
import { ways } from './auth.js';
import { fill, hide, originOf, withoutPlaceholders } from './secrets.js';
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
  /** What is tried again. */
  retry = $state('');
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

  /** Whether the tools are those of the demo. */
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
    if (setup.recipe !== '') {
      const { recipes } = await import('virtual:recipes');
      const recipe = recipes.find(({ name }) => name === setup.recipe);
      if (this.#attempt !== attempt) return;
      if (recipe) {
        setup.name ||= recipe.tool;
        this.tools = [toolOf(recipe, manual)];
        this.withoutManual = true;
        this.#connected();
        return;
      }
    }
    this.state = 'connecting';
    const again = (/** @type {import('utcp-websocket').UtcpWebSocketEvent} */ { attempt: failed, message }) => {
      if (this.state === 'connecting')
        this.retry = `Trying again, attempt ${(failed ?? 0) + 1}: ${hide(message, secret)}`;
    };
    protocol.addEventListener('retry', again, { signal: attempt.signal });
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
      const advice = answer.success ? '' : (await import('./advice.js')).adviceFor(answer.error);
      if (this.#attempt !== attempt) return;
      this.advice = advice;
      this.tools = answer.success ? hide(withoutPlaceholders(answer.manual.tools), secret) : [];
      if (answer.success) this.#connected();
      else this.state = 'failed';
    } catch (error) {
      if (attempt.signal.aborted) return;
      this.problems = [String(error)];
      this.state = 'failed';
    } finally {
      clearTimeout(timer);
      if (this.#attempt === attempt) {
        this.slow = false;
        this.retry = '';
      }
    }
  }

  #connected() {
    this.state = 'connected';
    keepInTab(setup.endpoint);
  }

  /** As this tab was before it was loaded anew; a secret has to be entered again. */
  async resume() {
    if (keptInTab() !== setup.endpoint || setup.lacksSecret) return;
    await this.connect();
  }

  /** To what a link says; a secret has to be entered first. @param {string} link */
  async take(link) {
    setup.read(link);
    await (setup.lacksSecret ? this.disconnect() : this.connect());
  }

  /** What the user wants: it is not connected again after a reload. */
  async leave() {
    keepInTab('');
    await this.disconnect();
  }

  async disconnect() {
    this.#attempt?.abort();
    this.#attempt = undefined;
    this.state = 'idle';
    this.tools = [];
    this.problems = [];
    this.advice = '';
    this.slow = false;
    this.retry = '';
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
    const { connect, connect_message, connect_ack, protocol, url } = this.manual;
    const template = tool.tool_call_template;
    if (originOf(template.url) !== originOf(url)) return template;
    return {
      ...template,
      ...(template.connect === undefined &&
        template.connect_message === undefined && { connect, connect_message, connect_ack }),
      ...(protocol !== undefined && template.protocol === undefined && { protocol }),
    };
  }
}

const place = 'inspector-connected';

/** @param {string} endpoint what this tab is connected to */
function keepInTab(endpoint) {
  try {
    sessionStorage.setItem(place, endpoint);
  } catch {} // not connected again after a reload, then
}

function keptInTab() {
  try {
    return sessionStorage.getItem(place);
  } catch {
    return null;
  }
}

/** The tool that a template alone makes. @param {any} recipe @param {any} manual @returns {any} */
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

export const connection = new Connection();
