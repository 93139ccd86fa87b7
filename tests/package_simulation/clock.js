// Owns virtual time: performance.now, Date.now, timers and the host's randomness, put in place before the package is loaded.
// Must not know worlds.

/** The host's own, to let promises go on between two events. */
const realSetImmediate = globalThis.setImmediate;

class Timer {
  constructor(at, order, action) {
    Object.assign(this, { at, order, action });
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
}

export class Clock {
  now = 1000;
  events = 0;
  #order = 0;
  /** @type {Timer[]} sorted, the next one last: there are few */
  #timers = [];

  get pending() {
    return this.#timers.length;
  }

  /** @param {() => void} action @param {number} [delay] */
  after(action, delay = 0) {
    const timer = new Timer(this.now + Math.max(delay, 0), this.#order++, action);
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#timers[middle].at > timer.at) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return timer;
  }

  cancel(timer) {
    const at = this.#timers.indexOf(timer);
    if (at >= 0) this.#timers.splice(at, 1);
  }

  /** Fires the next timer and lets what follows from it happen. Resolves with whether there was one. */
  async step() {
    const timer = this.#timers.pop();
    if (!timer) return false;
    this.now = Math.max(this.now, timer.at);
    this.events += 1;
    try {
      timer.action();
    } catch (error) {
      // Where a host would call it uncaught. Late, so that the world goes on meanwhile.
      Promise.reject(error);
    }
    await this.settle();
    return true;
  }

  /** Until no promise has anything more to do. */
  settle() {
    return new Promise((resolve) => realSetImmediate(resolve));
  }

  clear() {
    this.#timers = [];
  }

  /** @param {() => number} random */
  install(random) {
    globalThis.performance.now = () => this.now;
    Date.now = () => 1.7e12 + this.now;
    globalThis.setTimeout = (action, delay) => this.after(action, delay);
    globalThis.clearTimeout = (timer) => this.cancel(timer);
    Math.random = () => random();
    globalThis.crypto.getRandomValues = (array) => {
      for (let i = 0; i < array.length; i += 1) array[i] = Math.floor(random() * 256);
      return array;
    };
  }
}
