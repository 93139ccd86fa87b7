// Owns detecting that the host was away: asleep, frozen, or without a network. Must not know the consequences.

const TICK_MS = 20_000;
/** Browsers let the timers of hidden pages fire once a minute. */
const AWAY_MS = 90_000;

export class AwayWatch {
  #onWake;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** In wall-clock time: other clocks may stop during a sleep. */
  #seen = 0;
  #hiddenSince = 0;
  /** Whether the host announced that it goes away. */
  #left = false;

  /** @param {() => void} onWake */
  constructor(onWake) {
    this.#onWake = onWake;
  }

  /** Wanted while there is what may end unnoticed. @param {boolean} wanted */
  watch(wanted) {
    if (wanted === (this.#timer !== undefined)) return;
    this.#left = false;
    if (wanted) {
      this.#seen = this.#hiddenSince = Date.now();
      this.#arm();
    } else {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    if (!('ononline' in globalThis)) return; // neither a page nor a worker of one
    const change = wanted ? 'addEventListener' : 'removeEventListener';
    // In the capturing phase: before the page's own listeners, which may make calls.
    for (const type of ['offline', 'online', 'pagehide', 'pageshow']) globalThis[change](type, this, true);
    for (const type of ['freeze', 'resume', 'visibilitychange']) globalThis.document?.[change](type, this, true);
  }

  /** Also before each call: after a sleep the timer may come late, and a page's listener before this one. */
  look() {
    if (!this.#timer) return;
    const before = this.#seen;
    this.#seen = Date.now();
    if (!this.#left && this.#seen - before <= AWAY_MS) return;
    this.#left = false;
    this.#onWake();
  }

  #arm() {
    this.#timer = setTimeout(() => {
      this.#arm();
      this.look();
    }, TICK_MS);
    /** @type {any} */ (this.#timer).unref?.(); // keeps no process alive
  }

  /** As a listener. @param {Event} event */
  handleEvent({ type }) {
    if (type === 'visibilitychange') {
      if (globalThis.document.hidden) this.#hiddenSince = Date.now();
      else if (Date.now() - this.#hiddenSince >= AWAY_MS) this.#left = true;
    } else if (['offline', 'pagehide', 'freeze'].includes(type)) {
      this.#left = true;
      return;
    }
    this.look();
  }
}
