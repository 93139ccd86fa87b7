// Owns reading an input of the fuzzer as choices and values: whatever its bytes are, they mean something.

const members = [
  'type',
  'id',
  'request_id',
  'error',
  'result',
  'message',
  'tools',
  'name',
  'url',
  'then',
  'toString',
  'toJSON',
];
members.push('__proto__', 'tool_call_template', 'call_template_type', 'constructor', 'length');
const texts = [
  'stream_end',
  'tool_error',
  'tool_response',
  'utcp',
  'websocket',
  '{{request_id}}',
  '{{args}}',
  '{{uuid}}',
];
texts.push(
  'UTCP_ARG_a_UTCP_ARG',
  'wss://h.example/',
  'ws://localhost/',
  '\ud800',
  '\u0000',
  '\u001b[2J',
  `$\{URL}`,
  '',
);
const numbers = [0, -0, 1, -1, 0.5, 1e308, 2 ** 31, 2 ** 53, -(2 ** 31)];

const boom = () => {
  throw new Error('of the caller');
};

export class Input {
  #bytes;
  #at = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  get isEmpty() {
    return this.#at >= this.#bytes.length;
  }

  byte() {
    return this.isEmpty ? 0 : this.#bytes[this.#at++];
  }

  below(count) {
    return this.byte() % count;
  }

  /** @template T @param {T[]} list @returns {T} */
  pick(list) {
    return list[this.below(list.length)];
  }

  text() {
    if (this.below(3) > 0) return this.pick(texts);
    return String.fromCharCode(
      ...Array.from({ length: this.below(12) }, () => this.byte() * (this.below(8) === 0 ? 251 : 1)),
    );
  }

  /** What JSON can hold. @param {number} [depth] @returns {unknown} */
  json(depth = 4) {
    const kind = this.below(depth > 0 ? 8 : 6);
    if (kind === 0) return null;
    if (kind === 1) return this.below(2) === 0;
    if (kind === 2) return this.pick(numbers);
    if (kind < 6) return this.text();
    if (kind === 6) return Array.from({ length: this.below(4) }, () => this.json(depth - 1));
    return Object.fromEntries(Array.from({ length: this.below(5) }, () => [this.#name(), this.json(depth - 1)]));
  }

  #name() {
    return this.below(5) === 0 ? this.text() : this.pick(members);
  }

  /** Anything. @param {number} [depth] @returns {any} */
  value(depth = 4) {
    switch (this.below(14)) {
      case 0:
        return undefined;
      case 1:
        return Symbol('s');
      case 2:
        return 10n;
      case 3:
        return boom;
      case 4: {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      }
      case 5:
        return new Proxy({}, { get: boom, ownKeys: boom, has: boom, getPrototypeOf: boom });
      case 6: {
        const cycle = { [this.#name()]: {} };
        cycle.again = cycle;
        return cycle;
      }
      case 7:
        return new Date(this.pick(numbers));
      case 8:
        return depth > 0 ? { [this.#name()]: this.value(depth - 1), toJSON: this.value(0) } : {};
      case 9:
        return depth > 0 ? Array.from({ length: this.below(4) }, () => this.value(depth - 1)) : [];
      case 10:
        return Object.defineProperty({}, this.#name(), {
          enumerable: true,
          get: this.below(2) ? boom : () => this.json(1),
        });
      default:
        return this.json(depth);
    }
  }
}
