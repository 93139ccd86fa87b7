// Watches everything that the library lets out while a test runs, for secrets that were planted: errors with their causes and stacks,
// events, the console, warnings of the process, what `util.inspect` shows of a protocol.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

const everything = {
  depth: Number.POSITIVE_INFINITY,
  showHidden: true,
  getters: true,
  maxArrayLength: null,
  maxStringLength: null,
};
export const eventTypes = ['open', 'close', 'send', 'message', 'unsolicited', 'retry', 'warning', 'token'];

/** The texts in which a secret may show. */
export function formsOf(secret) {
  const encoded = [secret, `user:${secret}`].flatMap((text) => {
    const bytes = Buffer.from(text);
    return [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
  });
  return [
    ...new Set([secret, encodeURIComponent(secret), String(new URLSearchParams({ a: secret })).slice(2), ...encoded]),
  ];
}

/** Watches until the test is over. `secrets`: what was planted. */
export class SecretWatch {
  /** What came out: `[where, text]`. */
  #seen = [];
  #forms;

  constructor(t, secrets) {
    this.#forms = secrets.flatMap(formsOf);
    for (const name of ['log', 'info', 'debug', 'warn', 'error', 'trace']) {
      const original = console[name];
      console[name] = (...values) => this.see(`console.${name}`, values);
      t.after(() => {
        console[name] = original;
      });
    }
    const warned = (warning) => this.see('warning', warning);
    process.on('warning', warned);
    t.after(() => process.off('warning', warned));
  }

  /** How much came out, so that a test can tell that something did. */
  get count() {
    return this.#seen.length;
  }

  see(where, value) {
    this.#seen.push([where, textOf(value)]);
  }

  /** Listens to a protocol's events. */
  listen(protocol) {
    for (const type of eventTypes) protocol.addEventListener(type, (event) => this.see(`event ${type}`, event));
    return protocol;
  }

  /** What becomes of a call, and what the protocol shows meanwhile and afterwards. */
  async follow(protocol, promise) {
    this.see('protocol', protocol);
    const outcome = await promise.then(
      () => undefined,
      (error) => error,
    );
    if (outcome) this.see('error', outcome);
    this.see('protocol', protocol);
    return outcome;
  }

  check(what) {
    for (const [where, text] of this.#seen) {
      const leaked = this.#forms.find((form) => text.includes(form));
      assert.equal(leaked, undefined, `${what}: ${where} shows ${leaked}: ${text}`);
    }
  }
}

/** All that a value can show of itself. */
export function textOf(value) {
  return `${inspect(value, everything)} ${textsOf(value).join(' ')}`;
}

/** What a logger would take out of an error or an event: also what is not enumerable, and the causes. */
function textsOf(value) {
  if (typeof value !== 'object' || value === null) return [String(value)];
  const names = new Set([...Object.getOwnPropertyNames(value), 'message', 'stack', 'cause', 'name']);
  return [...names].flatMap((name) => {
    const member = value[name];
    return name === 'cause' && member ? textsOf(member) : typeof member === 'string' ? [member] : [];
  });
}

const exact = Symbol('exact');

/** A template in which the run that plants secrets plants none: for tests of what exactly a host is given. */
export function exactly(template) {
  return Object.defineProperty(template, exact, { value: true });
}

/** @param {object} template */
export const isExact = (template) => exact in template;
