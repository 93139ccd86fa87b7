// Drives a Firefox by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), which it speaks over a WebSocket itself: found in
// PATH, or where FIREFOX_PATH says.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { launchFirefox } from './browser_process.js';

/** Keys that write nothing, as WebDriver names them. @type {Record<string, string>} */
const keyValues = { Tab: '\uE004', Enter: '\uE007', Control: '\uE009', Escape: '\uE00C', ArrowRight: '\uE014' };

/** Starts Firefox with a profile of its own. */
export async function startFirefox() {
  const firefox = new Firefox(await launchFirefox());
  try {
    await firefox.connect();
  } catch (error) {
    await firefox.close();
    throw error;
  }
  return firefox;
}

class Firefox {
  #process;
  /** @type {WebSocket | undefined} */
  #socket;
  /** By id. @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  #asked = new Map();
  #lastId = 0;

  constructor(browser) {
    this.#process = browser;
  }

  async connect() {
    this.#socket = new WebSocket(`${this.#process.url}/session`);
    this.#socket.on('message', (data) => this.#answered(JSON.parse(String(data))));
    this.#socket.on('close', () => {
      for (const { reject } of this.#asked.values()) reject(new Error('Firefox closed the connection'));
    });
    await once(this.#socket, 'open');
    await this.#ask('session.new', { capabilities: {} });
  }

  /** Opens a page; what `run` then evaluates in it. @param {string} url */
  async open(url) {
    const { context } = await this.#ask('browsingContext.create', { type: 'tab' });
    await this.#ask('browsingContext.navigate', { context, url, wait: 'complete' });
    return {
      /** Calls an async function of the page's with a text; resolves with the text that it gives. */
      run: async (source, text) => {
        const answer = await this.#ask('script.callFunction', {
          functionDeclaration: source,
          arguments: [{ type: 'string', value: text }],
          target: { context },
          awaitPromise: true,
        });
        if (answer.type !== 'success') throw new Error(answer.exceptionDetails.text);
        return answer.result.value;
      },
      /** Presses keys one after the other, `Control+Enter` being one. @param {...string} keys */
      press: async (...keys) => {
        const actions = keys.flatMap((key) => {
          const values = key.split('+').map((name) => keyValues[name] ?? name);
          const down = values.map((value) => ({ type: 'keyDown', value }));
          return [...down, ...values.reverse().map((value) => ({ type: 'keyUp', value }))];
        });
        await this.#ask('input.performActions', { context, actions: [{ type: 'key', id: 'keyboard', actions }] });
      },
      close: () => this.#ask('browsingContext.close', { context }),
    };
  }

  async close() {
    const isOpen = this.#socket?.readyState === WebSocket.OPEN;
    await this.#process.stop(isOpen ? () => this.#ask('browser.close', {}) : undefined);
    this.#socket?.terminate();
  }

  #ask(method, params) {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#socket?.send(JSON.stringify({ id, method, params }));
    });
  }

  #answered({ id, error, message, result }) {
    const waiting = this.#asked.get(id);
    if (!waiting) return; // an event
    this.#asked.delete(id);
    if (error) waiting.reject(new Error(`${error}: ${message}`));
    else waiting.resolve(result);
  }
}
