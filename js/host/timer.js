// Owns the one host timer of a session. Must not know what a deadline is for: the core names the next one.

/** Longest delay that hosts accept: 2³¹ - 1 ms. */
const LONGEST = 2 ** 31 - 1;
/** The next call usually follows at once: calling `unref` for such a short time would cost more than it gains. */
const LINGER_MS = 20;

export class DeadlineTimer {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #armedFor = Infinity;
  #deadline = Infinity;
  #keepsAlive = false;
  #isReferenced = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #linger;
  #onDeadline;

  /** @param {() => void} onDeadline must arm the timer again; there may be nothing to do by then */
  constructor(onDeadline) {
    this.#onDeadline = onDeadline;
  }

  /** @param {number} deadline in ms of `performance.now()`. One that has moved away is looked at when the timer fires. */
  arm(deadline) {
    this.#deadline = deadline;
    if (deadline >= this.#armedFor) return;
    clearTimeout(this.#timer);
    this.#armedFor = deadline;
    this.#timer = setTimeout(
      () => this.#fire(),
      Math.min(Math.max(Math.ceil(deadline - performance.now()), 0), LONGEST),
    );
    if (!this.#isReferenced) reference(this.#timer, false);
  }

  /** Whether the timer keeps the process alive (in Node): true while calls are in flight. @param {boolean} keepsAlive */
  keepAlive(keepsAlive) {
    this.#keepsAlive = keepsAlive;
    if (keepsAlive && !this.#isReferenced) {
      this.#isReferenced = true;
      reference(this.#timer, true);
    } else if (!keepsAlive && this.#isReferenced) {
      this.#linger ??= setTimeout(() => this.#letGo(), LINGER_MS);
    }
  }

  #letGo() {
    this.#linger = undefined;
    if (this.#keepsAlive) return;
    this.#isReferenced = false;
    reference(this.#timer, false);
  }

  clear() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#armedFor = Infinity;
    this.#deadline = Infinity;
  }

  #fire() {
    this.#timer = undefined;
    this.#armedFor = Infinity;
    // The host's clock may be coarse.
    if (this.#deadline <= performance.now()) this.#onDeadline();
    else this.arm(this.#deadline);
  }
}

/** @param {any} timer @param {boolean} on */
function reference(timer, on) {
  if (on) timer?.ref?.();
  else timer?.unref?.();
}
