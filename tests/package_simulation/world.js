// Owns one world: a protocol, what callers do with it, and what must hold: each call settles once and in time, with an answer of its
// own request, and nothing is left in the end.
import { inspect } from 'node:util';
import { hostOf } from './sockets.js';
import { Upload } from './uploads.js';
import { callerValue, jsonValue } from './values.js';

const EVENTS = ['open', 'close', 'send', 'message', 'unsolicited', 'retry', 'token', 'warning'];
const MOST_HEAP = 64 * 2 ** 20;

export class World {
  failure = '';
  calls = 0;
  left = 0;
  ended = false;
  sockets = new Set();
  sent = new Set();
  /** What calls send in chunks, by their marker. @type {Map<string, Upload>} */
  uploads = new Map();
  /** Streams that have a connection of their own. */
  alone = new Set();
  #open = new Map();

  constructor(seed, { random, clock, api, driverOf }) {
    Object.assign(this, { seed, random, clock, api, driverOf });
    this.secret = `SECRET${seed}x`;
    this.faults = random.chance(0.85);
  }

  fail(why) {
    this.failure ||= `${why} (at ${this.clock.now} ms)`;
  }

  /** @param {unknown} said anything that comes out, but answers */
  #search(said, what) {
    const text = typeof said === 'string' ? said : inspect(said, { depth: 6, showHidden: false });
    if (text.includes(this.secret)) this.fail(`the secret stands in ${what}: ${text.slice(0, 600)}`);
    const message = said?.message;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    if (typeof message === 'string' && /[\u0000-\u0008\u001b]/.test(message))
      this.fail(`control characters in ${what}`);
  }

  async run() {
    const { random, clock } = this;
    const kind = random.pick(['ws', 'browser']);
    this.kind = kind;
    const options = {
      WebSocket: hostOf(this, kind),
      canSetHeaders: kind === 'ws' && random.chance(0.5),
      browserAuth: 'query',
      allowLoopbackTools: true,
      maxConnections: 1 + random.below(4),
      fetch: (url, init) => this.#token(url, init),
      limits: { streamItems: 20, frameBytes: this.faults ? 3000 : 1_000_000 },
    };
    this.protocol = new this.api.WebSocketCommunicationProtocol(options);
    if (random.chance(0.6))
      for (const name of EVENTS) this.protocol.addEventListener(name, (event) => this.#hear(event));
    const templates = Array.from({ length: 1 + random.below(4) }, () => this.#template());
    const count = 5 + random.below(60);
    for (let i = 0; i < count; i += 1) clock.after(() => this.#call(random.pick(templates)), random.below(6000));
    if (random.chance(0.2)) clock.after(() => this.#close(), random.below(6000));
    const end = clock.now + 60_000;
    while (clock.now < end && !this.failure && (await clock.step()));
    for (const [marker, { due }] of this.#open) if (due < clock.now) this.fail(`${marker} has not settled`);
    if (!this.failure) await this.#end();
    clock.clear();
    return this.failure;
  }

  async #end() {
    const { clock } = this;
    let closed = false;
    this.ended = true;
    this.protocol.close().then(() => {
      closed = true;
    });
    const end = clock.now + 10_000;
    do await clock.settle();
    while (clock.now < end && (await clock.step()));
    if (!closed) this.fail('close() has not resolved');
    if (this.#open.size > 0) this.fail(`not settled after close(): ${[...this.#open.keys()].join(', ')}`);
    if (this.sockets.size > 0)
      this.fail(`${this.sockets.size} sockets are open after close(): ${inspect([...this.sockets])}`);
    if (clock.pending > 0) this.fail(`${clock.pending} timers after close()`);
    for (const upload of this.uploads.values()) upload.check();
    const { heap = 0, ...counts } = this.driverOf(this.protocol).counts();
    for (const name of ['hostCalls', 'hostSockets', 'hostClosing', 'hostTools', 'calls', 'connections'])
      if (counts[name]) this.fail(`${counts[name]} ${name} after close()`);
    if (heap > MOST_HEAP) this.fail(`the module has ${heap} bytes`);
  }

  #hear(event) {
    if (this.random.chance(0.1)) this.#search(event, `a ${event.type} event`);
    if (this.random.chance(0.002)) this.#close();
    if (this.random.chance(0.002) && !this.ended && this.calls < 200) this.#call(this.#template());
  }

  #close() {
    this.protocol.close().catch((error) => this.fail(`close() rejected: ${error}`));
  }

  async #token(_url, { body, signal, headers }) {
    const { random, clock, secret } = this;
    await new Promise((resolve, reject) => {
      clock.after(resolve, random.below(500));
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    if (random.chance(0.2)) throw new Error(`no: ${body} ${headers.authorization}`);
    const said = random.chance(0.7)
      ? { access_token: `${secret}T`, token_type: 'bearer', expires_in: 3 }
      : { error: `bad ${body}`, error_description: jsonValue(random, secret) };
    return new Response(JSON.stringify(said), { status: random.pick([200, 200, 400, 401, 500]) });
  }

  #template() {
    const { random, secret } = this;
    const stream = random.chance(0.5);
    const seconds = 1 + random.below(4);
    const withId = random.chance(0.4);
    const auth = random.pick([
      undefined,
      { auth_type: 'api_key', api_key: secret, var_name: 'key', location: 'query' },
      { auth_type: 'oauth2', token_url: 'https://t.example/', client_id: 'c', client_secret: secret },
    ]);
    const message = { id: '{{request_id}}', m: 'UTCP_ARG_m_UTCP_ARG', kind: stream ? 'stream' : 'single' };
    const last = withId ? message : { m: 'UTCP_ARG_m_UTCP_ARG', kind: message.kind };
    const uploads = random.chance(0.3);
    const messages = [
      { open: 'UTCP_ARG_m_UTCP_ARG', alone: !withId },
      { of: 'UTCP_ARG_m_UTCP_ARG', chunk: '{{args.chunks}}' },
      last,
    ];
    const fields = {
      ...{ name: 'm', call_template_type: 'websocket', url: `wss://h${random.below(2)}.example/`, timeout: seconds },
      response_format: random.pick(['json', 'text', 'raw']),
      ...(auth && { auth }),
      ...(uploads ? { messages } : withId && { message }),
      ...(random.chance(0.2) && { close_after_response: true }),
      ...(random.chance(0.2) && { error_path: '/error' }),
      ...(random.chance(0.3) && { leave_message: { leave: 'UTCP_ARG_m_UTCP_ARG' }, disconnect_message: 'bye' }),
      ...(random.chance(0.1) && { ping_interval: 1 }),
      ...(stream && !uploads && random.chance(0.3) && { expected_responses: 3 }),
      ...(random.chance(0.03) && {
        [random.pick(['url', 'headers', 'auth', 'message', 'header_fields'])]: callerValue(random),
      }),
    };
    // A message of the caller's own carries no marker, by which it could be told that its call was sent before it was left.
    if ('message' in fields && fields.message !== message) delete fields.leave_message;
    return { stream, bound: seconds * 1000, uploads, shares: withId, fields };
  }

  #call({ stream, bound: byTemplate, uploads, shares, fields }) {
    const { random, clock, protocol } = this;
    this.calls += 1;
    const marker = `${this.seed}-${this.calls}`;
    const upload = uploads ? new Upload(this, marker) : undefined;
    if (upload) this.uploads.set(marker, upload);
    // While the caller is waited for, nobody is late.
    const bound = !upload ? byTemplate : upload.end === 'hang' ? Infinity : byTemplate + 20_000;
    const aborter = random.chance(0.2) ? new AbortController() : undefined;
    if (aborter) clock.after(() => aborter.abort(new Error('aborted')), random.below(3000));
    const hostile = this.faults && random.chance(0.05);
    const given = [
      null,
      'm.t',
      {
        m: marker,
        kind: stream ? 'stream' : 'single',
        counted: fields.expected_responses,
        ...(upload && { chunks: upload }),
      },
      fields,
      { signal: aborter?.signal },
    ];
    if (hostile) given[random.below(4)] = callerValue(random);
    const one = (promise, due, check) => this.#watch(marker, promise, clock.now + due + 1, hostile ? () => {} : check);
    const own = (value) => this.#own(marker, value);
    if (random.chance(0.08)) {
      one(protocol.registerManual(given[0], given[3], given[4]), 3 * bound + 500, ({ errors, error }) => {
        this.#search(errors, 'the errors of a manual');
        if (error) this.#search(error, 'the error of a manual');
      });
    } else if (stream && fields.expected_responses === undefined) {
      if (!shares) this.alone.add(marker);
      this.#consume(marker, protocol.callToolStreaming(...given), bound, own, hostile, aborter?.signal);
    } else {
      one(protocol.callTool(...given), (2 + (fields.expected_responses ?? 0)) * bound, own);
    }
  }

  /** Takes items one by one, quickly, slowly, or not to the end. */
  #consume(marker, stream, bound, own, hostile, signal) {
    const { random, clock } = this;
    const take = async () => {
      const before = signal?.aborted;
      const result = await this.#watch(marker, stream.next(), clock.now + 2 * bound + 1, ({ done, value }) => {
        if (done && !before && signal?.aborted) this.fail(`${marker} ended as if nobody had aborted it`);
        if (!done && signal?.aborted && !hostile) this.fail(`${marker} got an item after it was aborted`);
        if (!done && !hostile) own(value);
      });
      if (!result || result.done) return;
      if (random.chance(0.02)) stream.return();
      else if (random.chance(0.3)) clock.after(take, random.below(random.pick([10, 300])));
      else if (random.chance(0.99)) take();
      else clock.after(() => stream.return(), 5000); // it has stopped reading
    };
    take();
  }

  async #watch(marker, promise, due, check) {
    this.#open.set(marker, { due });
    let result;
    try {
      result = await promise;
      this.#open.delete(marker);
      if (result?.done !== false) this.#settled(marker);
      check(result);
    } catch (error) {
      this.#open.delete(marker);
      this.#settled(marker);
      this.#search(error, 'an error');
      if (error?.code === 'module_failed') this.fail(`the module failed: ${inspect(error)}`);
      // A host that can stop reading holds a fast peer back, where no other call shares the connection.
      if (error?.code === 'stream_overflow' && this.kind === 'ws' && !this.faults && this.alone.has(marker))
        this.fail(`${marker} overflowed although its peer can be held back`);
      if (error?.code === 'internal_error') this.fail(`a defect: ${inspect(error)}`);
    }
    if (this.clock.now > due) this.fail(`${marker} settled ${this.clock.now - due} ms too late`);
    return result;
  }

  #settled(marker) {
    const upload = this.uploads.get(marker);
    if (upload) upload.isSettled = true;
  }

  /** An answer carries the stamp of its own request. */
  #own(marker, value) {
    for (const item of Array.isArray(value) ? value : [value]) {
      const text = typeof item === 'string' ? item : JSON.stringify(item ?? null);
      const stamp = /"m":"([^"]*)"/.exec(text)?.[1];
      if (stamp !== undefined && stamp !== marker)
        this.fail(`${marker} got an answer to ${stamp}: ${text.slice(0, 200)}`);
    }
  }
}
