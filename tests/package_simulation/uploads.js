// Owns what callers send in chunks, and what must hold of it: the chunks are asked for one after the other, sent once and in their order, none after the
// call is over, and who gives them hears of its end once. Must not know sockets or the protocol's state.

/** An async iterable of the call `marker`: quick, slow, without end, or one that fails. */
export class Upload {
  nexts = 0;
  returns = 0;
  sent = 0;
  isSettled = false;
  #isAsked = false;
  #hasEnded = false;

  /** @param {import('./world.js').World} world */
  constructor(world, marker) {
    const { random, faults } = world;
    this.world = world;
    this.marker = marker;
    this.count = random.below(5);
    this.pace = random.pick([0, 20, 400]);
    this.end = faults
      ? random.pick(['done', 'done', 'done', 'hang', 'reject', 'throw', 'bad chunk', 'close'])
      : random.pick(['done', 'done', 'hang']);
  }

  #fail(why) {
    this.world.fail(`${this.marker}: ${why}`);
  }

  [Symbol.asyncIterator]() {
    return { next: () => this.#next(), return: () => this.#return() };
  }

  #next() {
    if (this.#isAsked) this.#fail('asked for a chunk while one is awaited');
    if (this.#hasEnded || this.returns > 0) this.#fail('asked for a chunk after the end');
    if (this.isSettled) this.#fail('asked for a chunk after the call was over');
    const n = this.nexts;
    this.nexts += 1;
    this.#isAsked = true;
    if (n === this.count && this.end === 'throw') {
      this.#hasEnded = true;
      throw new Error('of the caller');
    }
    return new Promise((resolve, reject) => {
      if (n === this.count && this.end === 'hang') return;
      this.world.clock.after(() => this.#give(n, resolve, reject), this.world.random.below(this.pace + 1));
    });
  }

  #give(n, resolve, reject) {
    this.#isAsked = false;
    if (n < this.count) return resolve({ value: n });
    if (this.end === 'bad chunk') return resolve({ value: 10n });
    if (this.end === 'close') this.world.protocol.close();
    this.#hasEnded = true;
    if (this.end === 'reject') reject(new Error('of the caller'));
    else resolve({ done: true });
  }

  #return() {
    this.returns += 1;
    if (this.returns > 1) this.#fail('told of its end twice');
    if (this.#hasEnded) this.#fail('told of its end after its own');
    return this.world.random.chance(0.5) ? Promise.reject(new Error('of the caller')) : { done: true };
  }

  /** A chunk has come to the peer. */
  arrived(n) {
    if (n !== this.sent) this.#fail(`chunk ${n} was sent after ${this.sent}`);
    if (this.isSettled) this.#fail(`chunk ${n} was sent after the call was over`);
    this.sent += 1;
  }

  /** What has to hold in the end. */
  check() {
    if (this.nexts > 0 && !this.#hasEnded && this.returns === 0) this.#fail('not told of its end');
  }
}
