// Owns the fake hosts and the peers behind them: WebSockets of several kinds that misbehave, and servers that stamp each frame
// with the request that it answers. Must not know what the package makes of it.
import { jsonValue } from './values.js';

const CODES = [1000, 1001, 1005, 1006, 1008, 1009, 1011, 3000, 4401, 4999, 0, -1, 70000, undefined, 'x'];
const throwing = () =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error('of the host');
      },
    },
  );

/** A WebSocket as browsers have it. @param {import('./world.js').World} world */
export function hostOf(world, kind) {
  const { clock, random, faults } = world;
  class Fake {
    readyState = 0;
    protocol = '';
    binaryType = 'blob';
    paused = false;
    pausedAt = 0;
    /** Hands over what comes within a second after `pause()`: a host that inflates has that much already. */
    eager = random.chance(0.5);
    #waiting = [];
    #requests = [];
    #left = [];
    #isBroken = false;
    #isGoodbye = false;
    /** The call that has begun to send its messages, where no other may come between. */
    #opened = '';
    #hasAnswered = false;
    /** It takes nothing more of what is sent. */
    #isStuck = false;

    constructor(url, given) {
      if (faults && random.chance(0.02)) throw new Error(`not this one: ${url}`);
      world.sockets.add(this);
      this.url = url;
      const protocols = Array.isArray(given) ? given : given?.protocols;
      this.protocol = protocols?.[0] ?? '';
      // It repeats what it was told, not what it cannot know.
      const told = url + JSON.stringify(given?.headers ?? '');
      this.learned = [`${world.secret}T`, world.secret].find((secret) => told.includes(secret)) ?? 'nothing';
      clock.after(() => this.#open(), random.below(300));
    }
    #open() {
      if (this.readyState !== 0) return;
      if (faults && random.chance(0.08)) {
        const error = random.pick([
          { message: `bad: ${this.url}` },
          throwing(),
          { error: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) },
        ]);
        this.onerror?.(error);
        if (random.chance(0.8)) this.#closed();
        return;
      }
      this.readyState = 1;
      this.onopen?.({});
      if (faults && random.chance(0.05)) this.onopen?.({});
    }
    #closed(code = random.pick(CODES)) {
      if (this.readyState === 3) return;
      this.readyState = 3;
      world.sockets.delete(this);
      const event = { code, reason: `${this.learned}\n\u001b[2J`, wasClean: true };
      this.onclose?.(faults && random.chance(0.1) ? throwing() : event);
      if (faults && random.chance(0.1)) this.onclose?.(throwing());
      if (faults && random.chance(0.1)) this.onopen?.({});
      if (faults && random.chance(0.1)) this.onmessage?.({ data: '{"m":"nobody"}' });
    }
    #say(data, delay) {
      clock.after(() => {
        if (this.readyState !== 1) return;
        // `ws` hands over what it has already received; but nothing overtakes what waits (it is TCP).
        const stops = this.eager ? clock.now > this.pausedAt + 1000 : random.chance(0.5);
        if (this.#waiting.length > 0 || (this.paused && stops)) this.#waiting.push(data);
        else this.onmessage?.({ data });
      }, delay);
    }
    send(text) {
      if (this.readyState !== 1 || (faults && random.chance(0.01))) {
        this.#isBroken = true;
        throw new Error('of the host: send');
      }
      const { m: marker = 'none', kind: asked, id, counted, leave, open, alone, of, chunk } = read(text);
      if (this.#isGoodbye) world.fail(`${text} was sent after the goodbye`);
      this.#isGoodbye = text === 'bye';
      if (leave !== undefined) this.#leave(leave);
      if (leave !== undefined || this.#isGoodbye) return;
      if (open !== undefined) this.#openUpload(open, alone);
      if (of !== undefined) world.uploads.get(of)?.arrived(chunk);
      if (open !== undefined || of !== undefined) return;
      if (id === undefined && this.#opened !== '' && this.#opened !== marker)
        world.fail(`${marker} was sent in the midst of ${this.#opened}`);
      this.#opened = '';
      if (world.uploads.get(marker)?.isSettled)
        world.fail(`the last message of ${marker} was sent after the call was over`);
      world.sent.add(marker);
      if (/-/.test(marker) && this.#requests.includes(marker)) world.fail(`${marker} was sent twice on one connection`);
      this.#requests.push(marker);
      if (this.#hasAnswered) this.#hasAnswered = false;
      else
        answer(world, { marker, asked, id, counted, secret: this.learned }, (frame, delay) => this.#say(frame, delay));
      if (faults && random.chance(0.03)) clock.after(() => this.#closed(), random.below(2000));
      if (faults && random.chance(0.02)) clock.after(() => this.onerror?.(throwing()), random.below(2000));
    }
    #openUpload(marker, alone) {
      this.#requests.push(`open ${marker}`);
      this.#opened = marker;
      if (faults && random.chance(0.05)) this.#isStuck = true;
      // Some peers do not wait for the end.
      this.#hasAnswered = alone && random.chance(0.1);
      if (this.#hasAnswered) this.#say(JSON.stringify({ m: marker, error: 'too much' }), random.below(400));
    }
    get bufferedAmount() {
      return this.#isStuck || random.chance(0.1) ? 2 ** 21 : 0;
    }
    /** Once, and after the message of the call that is left. */
    #leave(marker) {
      const wasSent = this.#requests.includes(marker) || this.#requests.includes(`open ${marker}`) || this.#isBroken;
      if (!wasSent || this.#left.includes(marker)) world.fail(`${marker} was left ${wasSent ? 'twice' : 'unsent'}`);
      this.#left.push(marker);
      world.left += 1;
    }
    close() {
      if (this.readyState === 3) return;
      if (this.readyState === 0 || (faults && random.chance(0.1) && kind !== 'ws')) {
        this.readyState = 3;
        world.sockets.delete(this);
        return;
      }
      this.readyState = 2;
      if (kind !== 'ws' || !faults || random.chance(0.8)) clock.after(() => this.#closed(1000), random.below(500));
    }
    goOn() {
      this.paused = false;
      while (this.#waiting.length > 0 && !this.paused) this.onmessage?.({ data: this.#waiting.shift() });
    }
    end() {
      this.#closed(1006);
    }
  }
  if (kind === 'browser') return Fake;
  return class extends Fake {
    #pong = () => {};
    on(_name, listener) {
      this.#pong = listener;
    }
    ping() {
      if (faults && random.chance(0.1)) throw new Error('of the host: ping');
      if (random.chance(0.8)) clock.after(() => this.#pong(), random.below(100));
    }
    pong() {}
    pause() {
      if (faults && random.chance(0.1)) throw new Error('of the host: pause');
      this.paused = true;
      this.pausedAt = clock.now;
    }
    resume() {
      clock.after(() => this.goOn());
      if (faults && random.chance(0.1)) throw new Error('of the host: resume');
    }
    terminate() {
      this.end();
    }
  };
}

function read(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** What a server says to a request, each frame stamped with it. */
function answer(world, { marker, asked, id, counted, secret }, say) {
  const { random, faults } = world;
  const stamped = (members = {}) => JSON.stringify({ m: marker, ...(id !== undefined && { id }), ...members });
  const hostile = () => jsonValue(random, secret);
  let at = random.below(400);
  if (faults && random.chance(0.08)) return;
  if (asked === undefined) {
    const tools = random.pick([[], [0, 0, 0], [{ name: 't' }], hostile(), Array(2000).fill(0)]);
    say(JSON.stringify({ tools, [random.pick(['utcp_version', 'error', 'type'])]: hostile() }), at);
    return;
  }
  if (asked === 'single') {
    if (faults && random.chance(0.1)) say(stamped({ type: 'tool_error', error: hostile() }), at);
    else say(stamped({ [random.pick(['type', 'error', 'message', 'x'])]: hostile() }), at);
    // Where frames carry the request's id, doubles reach nobody.
    if (faults && id !== undefined && random.chance(0.3)) say(stamped({ late: 1 }), at + random.below(900));
    return;
  }
  const count = random.chance(0.1) ? 200 : random.below(6);
  for (let i = 0; i < count; i += 1) {
    at += random.below(30);
    say(stamped({ x: random.chance(0.1) ? hostile() : i }), at);
  }
  if (faults && random.chance(0.1)) say(random.pick([new ArrayBuffer(9), new Uint8Array(3), null, undefined]), at);
  const end = random.pick(['stream_end', 'stream_end', 'tool_error', 'none']);
  if (end === 'none' && faults) return;
  const isClean = end !== 'tool_error' && !counted;
  say(stamped({ type: end === 'none' ? 'stream_end' : end, ...(end === 'tool_error' && { error: hostile() }) }), at);
  if (faults && !isClean && random.chance(0.5)) say(stamped({ type: 'stream_end' }), at + 10 + random.below(600));
}
