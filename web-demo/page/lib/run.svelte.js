// Owns what was called last: its answer, its items, or the many calls made at once, while they come and after.
// Must not know how results are shown.
import { connection } from './connection.svelte.js';
import { fill, hide, originOf, placeholder } from './secrets.js';
import { setup } from './setup.svelte.js';
import { timeline } from './timeline.svelte.js';
import { timeText } from './units.js';

/** So many items of a stream are kept for the table and the chart. */
const mostItems = 5000;
/** So often is a call made again after its connection was lost. */
const mostAttempts = 3;

/**
 * @typedef {'idle' | 'running' | 'done' | 'failed' | 'stopped'} State
 * @typedef {{ number: number, state: 'running' | 'done' | 'failed' | 'stopped', attempts: number, latency?: number,
 *   result?: unknown, error?: any }} Call
 * @typedef {{ tool: string, template: any, args: Record<string, unknown> }} Request
 */

class Run {
  /** @type {State} */
  state = $state('idle');
  /** @type {'call' | 'stream' | 'calls'} */
  mode = $state('call');
  /** The answer of a call. @type {unknown} */
  result = $state.raw(undefined);
  /** The last items of a stream. @type {readonly unknown[]} */
  items = $state.raw([]);
  /** @type {readonly Call[]} */
  calls = $state.raw([]);
  /** How many items the reader has taken, and how many wait for it. */
  taken = $state(0);
  waiting = $state(0);
  elapsed = $state(0);
  /** @type {any} */
  error = $state.raw(undefined);
  /** Connections that the calls went through. */
  connections = $state(0);
  /** What keeps the call from being sent, while its connection is tried again. */
  retry = $state('');
  /** Called when a call has ended, or a stream, or many calls. @type {(streams: boolean, outcome: string) => void} */
  onEnd = () => {};

  /** @type {AbortController | undefined} */
  #controller;
  #due = false;
  /** @type {unknown[]} */
  #items = [];
  /** @type {Call[]} */
  #calls = [];
  #taken = 0;
  #arrived = 0;
  #endpoint = '';
  /** @type {Set<number>} */
  #connections = new Set();
  /** Called with each message that was sent. */
  #onSent = () => {};

  constructor() {
    timeline.onRow = ({ kind, connection, endpoint = '', own }) => {
      if (this.state !== 'running' || own) return;
      if (kind === 'message' && this.mode === 'stream') {
        this.#arrived += 1;
        this.#showSoon();
      }
      if (kind === 'send' && connection !== undefined && endpoint.split('?', 1)[0] === this.#endpoint) {
        this.#connections.add(connection);
        this.#showSoon();
        this.#onSent();
      }
    };
  }

  stop() {
    this.#controller?.abort();
  }

  /** Forgets what was called. */
  clear() {
    this.stop();
    this.#controller = undefined;
    this.state = 'idle';
    this.retry = '';
    this.#reset('call');
  }

  /** @param {'call' | 'stream' | 'calls'} mode */
  #reset(mode) {
    this.mode = mode;
    this.result = undefined;
    this.#calls = [];
    this.error = undefined;
    this.#items = [];
    this.#taken = 0;
    this.#arrived = 0;
    this.#connections = new Set();
    this.#onSent = () => {};
    this.elapsed = 0;
    this.#show();
  }

  /**
   * @param {boolean} streaming
   * @param {Request} request
   * @param {{ sent: number, request: Request }} [meanwhile] another call, made once so many messages were sent
   */
  async start(streaming, request, meanwhile) {
    this.stop();
    const controller = new AbortController();
    this.#controller = controller;
    this.#reset(streaming ? 'stream' : setup.calls > 1 ? 'calls' : 'call');
    this.state = 'running';
    this.#endpoint = String(request.template.url).split('?', 1)[0] ?? '';
    const current = () => this.#controller === controller;
    const start = performance.now();
    this.#followRetries(controller.signal, current);
    if (meanwhile) this.#callMeanwhile(meanwhile, controller.signal);
    try {
      if (this.mode === 'stream') await this.#stream(request, controller.signal, current);
      else if (this.mode === 'calls') await this.#callMany(request, controller.signal, current);
      else {
        const result = await this.#call(request, controller.signal);
        if (current()) this.result = result;
      }
      if (current()) this.state = controller.signal.aborted ? 'stopped' : 'done';
    } catch (error) {
      if (!current()) return;
      this.state = controller.signal.aborted ? 'stopped' : 'failed';
      if (this.state === 'failed') this.error = error;
    } finally {
      if (current()) {
        this.elapsed = performance.now() - start;
        this.retry = '';
        this.#show();
        this.onEnd(streaming, `${this.state} in ${timeText(this.elapsed)}`);
      }
      controller.abort(); // who listened while it ran
    }
  }

  /** What is tried again shows where the result will stand. @param {AbortSignal} signal @param {() => boolean} current */
  #followRetries(signal, current) {
    const { protocol } = connection;
    const show = (
      /** @type {import('utcp-websocket').UtcpWebSocketEvent} */ { type, endpoint = '', attempt, message },
    ) => {
      if (!current() || endpoint.split('?', 1)[0] !== this.#endpoint) return;
      this.retry = type === 'open' ? '' : `Trying again, attempt ${(attempt ?? 0) + 1}: ${hide(message, setup.secret)}`;
    };
    protocol?.addEventListener('retry', show, { signal });
    protocol?.addEventListener('open', show, { signal });
  }

  /** @param {Request} request @param {AbortSignal} signal */
  #call({ tool, args, template }, signal) {
    const { protocol, manual } = connection;
    if (!protocol) throw new Error('Connect first.');
    return protocol.callTool(null, `${manual.name}.${tool}`, args, filled(template, manual), { signal });
  }

  /** @param {Request} request @param {AbortSignal} signal @param {() => boolean} current */
  async #stream({ tool, args, template }, signal, current) {
    const { protocol, manual } = connection;
    if (!protocol) throw new Error('Connect first.');
    const called = filled(template, manual);
    for await (const item of protocol.callToolStreaming(null, `${manual.name}.${tool}`, args, called, { signal })) {
      if (!current()) return;
      this.#items.push(item);
      if (this.#items.length > mostItems * 1.2) this.#items = this.#items.slice(-mostItems);
      this.#taken += 1;
      this.#showSoon();
      if (setup.pause > 0) await delay(setup.pause, signal);
    }
  }

  /** @param {Request} request @param {AbortSignal} signal @param {() => boolean} current */
  async #callMany(request, signal, current) {
    const calls = Array.from({ length: Math.min(1000, setup.calls) }, (_, index) => {
      /** @type {Call} */
      const call = { number: index + 1, state: 'running', attempts: 1 };
      return call;
    });
    this.#calls = calls;
    this.#show();
    const one = async (/** @type {Call} */ call) => {
      const start = performance.now();
      try {
        call.result = await this.#callAgain(call, request, signal);
        call.state = 'done';
      } catch (error) {
        call.error = error;
        call.state = signal.aborted ? 'stopped' : 'failed';
      }
      call.latency = performance.now() - start;
      if (current()) this.#showSoon();
    };
    await Promise.all(calls.map(one));
  }

  /** The package never sends a message twice by itself; whether a call may be made again is for its caller to say. */
  async #callAgain(/** @type {Call} */ call, /** @type {Request} */ request, /** @type {AbortSignal} */ signal) {
    for (;;) {
      try {
        return await this.#call(request, signal);
      } catch (/** @type {any} */ error) {
        if (!setup.again || error.code !== 'connection_closed' || call.attempts >= mostAttempts) throw error;
        call.attempts += 1;
      }
    }
  }

  /** @param {{ sent: number, request: Request }} meanwhile @param {AbortSignal} signal */
  #callMeanwhile({ sent, request }, signal) {
    let left = sent;
    this.#onSent = () => {
      left -= 1;
      if (left === 0) this.#call(request, signal).catch(() => {}); // what matters is what it does to the others
    };
  }

  #showSoon() {
    if (this.#due) return;
    this.#due = true;
    setTimeout(() => {
      this.#due = false;
      this.#show();
    }, 50);
  }

  #show() {
    this.items = this.#items.slice(-mostItems);
    this.calls = this.#calls.map((call) => ({ ...call }));
    this.taken = this.#taken;
    this.waiting = this.state === 'running' ? Math.max(0, this.#arrived - this.#taken) : 0;
    this.connections = this.#connections.size;
  }
}

/** With the secret, which goes to the endpoint that it was entered for, whatever a link or a manual says. @param {any} template @param {any} manual */
function filled(template, manual) {
  const origins = (/** @type {any} */ { url, auth }) => [originOf(url), originOf(auth?.token_url)];
  const [known, wanted] = [origins(manual), origins(template)];
  const other = wanted.find((origin) => origin !== undefined && !known.includes(origin));
  if (other !== undefined && JSON.stringify(template).includes(placeholder)) {
    throw new Error(`The secret was entered for ${known[0]}: connect to ${other} to use one there.`);
  }
  return fill(template, setup.secret);
}

/** @param {number} milliseconds @param {AbortSignal} signal @returns {Promise<void>} */
function delay(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export const run = new Run();
