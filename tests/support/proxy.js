// A TCP proxy between a client and a real server: it breaks and bends connections as networks do, when the test says so.
// Nothing here waits for time to pass: a lane is stopped after a number of bytes, and the test goes on from there.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Starts a proxy in front of a server of tests/support/server.js; closed after the test. */
export async function startProxy(t, server) {
  const proxy = new TcpProxy(server);
  await once(proxy.listener.listen(0, '127.0.0.1'), 'listening');
  t.after(() => proxy.close());
  return proxy;
}

class TcpProxy {
  /** Every connection there has been, in order. @type {Link[]} */
  links = [];
  /** What is done with the next connection before its first byte, once. @type {((link: Link) => void) | undefined} */
  next = undefined;
  /** Done with every connection before its first byte. @type {((link: Link) => void) | undefined} */
  every = undefined;

  constructor(server) {
    this.server = server;
    this.listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  get url() {
    return `ws://127.0.0.1:${this.listener.address().port}/`;
  }

  /** A call template that leads through the proxy. */
  template(fields = {}) {
    return this.server.template({ url: this.url, ...fields });
  }

  get last() {
    return this.links.at(-1);
  }

  /** Resolves when the client has let go of every connection. */
  allClosed() {
    return Promise.all(this.links.map((link) => link.clientGone));
  }

  close() {
    this.every = (link) => link.cut();
    for (const link of this.links) link.cut();
    return new Promise((resolve) => this.listener.close(resolve));
  }

  #accept(client) {
    const link = new Link(client, connect({ port: this.server.port, host: '127.0.0.1', allowHalfOpen: true }));
    this.links.push(link);
    this.every?.(link);
    this.next?.(link);
    this.next = undefined;
  }
}

/** One connection through the proxy: two sockets, two lanes. */
class Link {
  constructor(client, server) {
    this.client = client;
    this.server = server.setNoDelay(true);
    this.toServer = new Lane(client, server);
    this.toClient = new Lane(server, client);
    /** Resolves when the client has ended its side, or the connection is gone. */
    this.clientGone = new Promise((resolve) => client.once('end', resolve).once('close', resolve));
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      socket.on('error', () => {}); // `close` follows
      socket.on('close', (hadError) => {
        if (hadError && !this.isStalled) other.destroy();
      });
    }
  }

  get isStalled() {
    return this.toServer.stalled || this.toClient.stalled;
  }

  /** Both ends hear that the connection is over, without a word of WebSocket. */
  cut() {
    this.client.destroy();
    this.server.destroy();
  }

  /** Both ends get a RST. */
  reset() {
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }

  /** Nothing arrives any more in either direction, and nobody is told. */
  stall() {
    this.toServer.stop();
    this.toClient.stop();
  }

  /** Only what the server says gets lost. */
  stallToClient() {
    this.toClient.stop();
  }

  /** The client hears that the server says nothing more; the other direction stays open. */
  endToClient() {
    this.toClient.end();
  }

  /** The server hears that the client says nothing more; the other direction stays open. */
  endToServer() {
    this.toServer.end();
  }

  /** From now on both directions carry `bytes` at a time, one lot per turn of the event loop. */
  pace(bytes) {
    this.toServer.pace = bytes;
    this.toClient.pace = bytes;
  }
}

/** One direction of a connection. What comes while it is stopped is kept. */
class Lane {
  /** Most bytes in one write; each write has a turn of the event loop of its own, unless this is Infinity. */
  pace = Infinity;
  #to;
  #kept = Buffer.alloc(0);
  #ended = false;
  #allowed = Infinity;
  #stopped = () => {};
  #moving = false;

  constructor(from, to) {
    this.#to = to;
    from.on('data', (chunk) => {
      this.#kept = Buffer.concat([this.#kept, chunk]);
      this.#move();
    });
    from.on('end', () => {
      this.#ended = true;
      this.#move();
    });
  }

  get stalled() {
    return this.#allowed === 0;
  }

  /** Carries nothing from now on. */
  stop() {
    this.#allowed = 0;
  }

  /** Carries `bytes` more. Resolves when it holds back more than that, so that what was cut there is cut in the middle. */
  stopAfter(bytes) {
    this.#allowed = bytes;
    return new Promise((resolve) => {
      this.#stopped = resolve;
      this.#move();
    });
  }

  /** Carries everything again, what was kept first. */
  go() {
    this.#allowed = Infinity;
    this.#move();
  }

  /** Drops what was kept, and tells the receiver that nothing more comes. */
  end() {
    this.#kept = Buffer.alloc(0);
    this.#allowed = 0;
    this.#to.end();
  }

  async #move() {
    if (this.#moving) return;
    this.#moving = true;
    while (this.#kept.length > 0 && this.#allowed > 0) {
      const size = Math.min(this.pace, this.#allowed, this.#kept.length);
      this.#allowed -= size;
      this.#to.write(this.#kept.subarray(0, size));
      this.#kept = this.#kept.subarray(size);
      if (this.pace < Infinity) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#moving = false;
    if (this.#kept.length > 0) this.#stopped();
    else if (this.#ended && this.#allowed > 0) this.#to.end();
  }
}
