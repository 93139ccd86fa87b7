// Owns noticing that the host was away: asleep, frozen, or without a network. Must not know what follows from it.

const TICK_MS = 20_000;
/** Browsers let the timers of hidden pages fire once a minute. */
const AWAY_MS = 90_000;

export class AwayWatch {
  #onWake;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** All by the clock on the wall: others may stand still during a sleep. */
  #seen = 0;
  #hiddenSince = 0;

  /** @param {() => void} onWake */
  constructor(onWake) {
    this.#onWake = onWake;
  }

  /** Wanted while there is what may end unnoticed. @param {boolean} wanted */
  watch(wanted) {
    if (wanted === (this.#timer !== undefined)) return;
    if (wanted) {
      this.#seen = this.#hiddenSince = Date.now();
      this.#arm();
    } else {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    const { document } = globalThis;
    // Workers have the first; other hosts none.
    for (const [target, type] of /** @type {const} */ ([
      [globalThis, 'online'],
      [globalThis, 'pageshow'],
      [document, 'resume'],
      [document, 'visibilitychange'],
    ])) {
      target?.[wanted ? 'addEventListener' : 'removeEventListener']?.(type, this);
    }
  }

  /** Also before each call: after a sleep the timer may come late. */
  look() {
    if (!this.#timer) return;
    const before = this.#seen;
    this.#seen = Date.now();
    if (this.#seen - before > AWAY_MS) this.#onWake();
  }

  #arm() {
    this.#timer = setTimeout(() => {
      this.#arm();
      this.look();
    }, TICK_MS);
    /** @type {any} */ (this.#timer).unref?.(); // keeps no process alive
  }

  /** As a listener. @param {any} event */
  handleEvent({ type, persisted }) {
    if (type === 'visibilitychange') {
      const { hidden } = globalThis.document;
      if (hidden) this.#hiddenSince = Date.now();
      if (hidden || Date.now() - this.#hiddenSince < AWAY_MS) return;
    } else if (type === 'pageshow' && !persisted) {
      return;
    }
    this.#onWake();
  }
}
