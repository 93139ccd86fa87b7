// Owns the table of calls in flight, by their numbers in the core. Must not know how they end.

/** @typedef {import('./calls.js').Call} Call */

export class CallTable {
  /** @type {Map<number, Call>} */
  #calls = new Map();
  #lastId = 0;
  #onUse;

  /** @param {(inUse: boolean) => void} onUse told when the first call begins and the last is over */
  constructor(onUse) {
    this.#onUse = onUse;
  }

  get size() {
    return this.#calls.size;
  }

  get ids() {
    return [...this.#calls.keys()];
  }

  /** @returns {number} of no call under way */
  newId() {
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#lastId === 0 || this.#calls.has(this.#lastId));
    return this.#lastId;
  }

  /** @param {number} id @param {Call} call */
  add(id, call) {
    this.#calls.set(id, call);
    this.#onUse(true);
  }

  /** @param {number} id */
  get(id) {
    return this.#calls.get(id);
  }

  /** @param {number} id @returns {Call | undefined} the call, which is over now */
  take(id) {
    const call = this.#calls.get(id);
    if (!call) return undefined;
    this.#calls.delete(id);
    if (this.#calls.size === 0) this.#onUse(false);
    return call;
  }
}
