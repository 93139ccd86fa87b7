// Why there is no connection, as each host tells it: what cannot mend itself is not tried again, and the error says why.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { createServer as createTls } from 'node:https';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { WebSocket as Ws } from 'ws';
import { hosts } from '../../support/hosts.js';
import { failure, newProtocol, startServer } from '../../support/server.js';
import { makeCertificate } from '../../support/tls.js';
import { startTokenServer } from '../../support/tokens.js';

async function listen(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

async function closedPort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A call, what its retries say, and how long it took. */
async function fail(t, options, url, fields = {}) {
  const protocol = newProtocol(t, options);
  const retries = [];
  protocol.addEventListener('retry', (event) => retries.push(event.message));
  const start = performance.now();
  const error = await failure(
    protocol.callTool(null, 'm.t', {}, { call_template_type: 'websocket', url, timeout: 20, ...fields }),
  );
  return { error, retries, seconds: (performance.now() - start) / 1000, protocol };
}

/** A host that asks this in place of the system's resolver. */
function resolving(lookup) {
  return class extends Ws {
    constructor(url, given) {
      const { protocols = given, ...more } = Array.isArray(given) ? {} : (given ?? {});
      super(url, protocols, { ...more, lookup });
    }
  };
}

for (const [host, WebSocket] of Object.entries(hosts)) {
  describe(`causes, ${host}`, { concurrency: true }, () => {
    test('a certificate that is not trusted', async (t) => {
      const port = await listen(t, createTls(makeCertificate(t)));
      const { error, retries } = await fail(t, { WebSocket }, `wss://127.0.0.1:${port}/`);
      assert.equal(error.code, 'connection_failed');
      assert.match(error.message, /: its certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/);
      assert.equal(error.cause.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
      assert.deepEqual(retries, []);
    });

    test('wss: where no TLS is spoken', async (t) => {
      const server = createServer((socket) => socket.on('error', () => {}).end('220 mail.example ESMTP\r\n'));
      const port = await listen(t, server);
      const { error, retries } = await fail(t, { WebSocket }, `wss://127.0.0.1:${port}/`);
      assert.equal(error.code, 'connection_failed');
      assert.match(
        error.message,
        /: the server there speaks another protocol: is the scheme of the URL right\? \((EPROTO|ERR_SSL_WRONG_VERSION_NUMBER)\)$/,
      );
      assert.deepEqual(retries, []);
    });

    test('an HTTP server that knows no WebSocket', async (t) => {
      const port = await listen(
        t,
        createHttp((_, response) => response.end('hello')),
      );
      const { error, retries } = await fail(t, { WebSocket }, `ws://127.0.0.1:${port}/`);
      assert.equal(error.code, 'connection_failed');
      assert.match(error.message, /HTTP status 200; the server there does not speak WebSocket: check the url$/);
      assert.deepEqual(retries, []);
    });

    test('nobody listens: two seconds, and every retry says why', async (t) => {
      const { error, retries, seconds } = await fail(t, { WebSocket }, `ws://127.0.0.1:${await closedPort()}/`);
      assert.equal(error.code, 'connection_failed');
      assert.match(error.message, /: nothing listens there \(ECONNREFUSED\); attempts: \d+$/);
      assert.equal(error.cause.code, 'ECONNREFUSED');
      assert.ok(seconds > 1.9 && seconds < 15, `${seconds} s`); // without that, 20 s
      assert.ok(retries.length > 1);
      for (const message of retries) assert.match(message, /nothing listens there \(ECONNREFUSED\)/);
    });

    test('nobody listens: as long as the option says', async (t) => {
      const url = `ws://127.0.0.1:${await closedPort()}/`;
      const { error, seconds } = await fail(t, { WebSocket, retry: { firstOpening: 4 } }, url);
      assert.match(error.message, /nothing listens there/);
      assert.ok(seconds > 3 && seconds < 15, `${seconds} s`);
    });

    test('nobody listens any more: tried to the end of connection_timeout', async (t) => {
      const server = await startServer(t);
      const protocol = newProtocol(t, { WebSocket, retry: { firstOpening: 0.05, maxDelay: 0.05 } });
      const template = server.template({ connection_timeout: 2 });
      await protocol.callTool(null, 'm.t', {}, template);
      const { port } = server;
      await protocol.close();
      await server.close();
      // A new session knows nothing of the last one: the server is met again first.
      const again = await startServer(t, undefined, { port });
      await protocol.callTool(null, 'm.t', {}, template);
      await again.close();
      const start = performance.now();
      const error = await failure(protocol.callTool(null, 'm.t', {}, template));
      assert.match(error.message, /nothing listens there|closed the connection|broke/);
      const late = await failure(protocol.callTool(null, 'm.t', {}, template));
      assert.match(late.message, /nothing listens there \(ECONNREFUSED\)/);
      assert.ok(performance.now() - start > 500);
    });
  });
}

test('a host without an address is looked up twice', async (t) => {
  for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
    let asked = 0;
    const lookup = (name, _, done) => {
      asked += 1;
      done(Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code }));
    };
    const { error, retries } = await fail(t, { WebSocket: resolving(lookup) }, 'wss://tools.invalid/');
    assert.match(error.message, new RegExp(`: its host name cannot be resolved \\(${code}\\); attempts: 2$`));
    assert.deepEqual([asked, retries.length], [2, 1]);
    assert.match(retries[0], /its host name cannot be resolved/);
  }
});

test('all addresses of a host refuse', async (t) => {
  const port = await closedPort();
  const addresses = [1, 2].map((n) => ({ address: `127.0.0.${n}`, family: 4 }));
  const lookup = (_, options, done) => (options.all ? done(null, addresses) : done(null, '127.0.0.1', 4));
  const options = { WebSocket: resolving(lookup), retry: { firstOpening: 0.05 } };
  const { error } = await fail(t, options, `wss://tools.invalid:${port}/`);
  assert.match(error.message, /nothing listens there \(ECONNREFUSED\)/);
});

test('a host that shows no cause is tried to the end', async (t) => {
  class Silent extends EventTarget {
    constructor() {
      super();
      queueMicrotask(() => this.onerror?.({}));
    }
    close() {}
  }
  const { error, retries } = await fail(t, { WebSocket: Silent, retry: { maxDelay: 0.02 } }, 'ws://127.0.0.1:9/', {
    connection_timeout: 1.5,
  });
  assert.match(error.message, /could not connect to ws:\/\/127.0.0.1:9\/; attempts: \d+/);
  assert.ok(retries.length > 5);
});

test('the causes of other hosts, by their texts', async (t) => {
  for (const [text, says] of [
    ['tcp connect error: Connection refused (os error 111)', /nothing listens there/],
    ['invalid peer certificate: UnknownIssuer', /its certificate is not trusted/],
    ['failed to lookup address information: Name or service not known', /its host name cannot be resolved/],
    ['received corrupt message of type InvalidContentType', /speaks another protocol/],
  ]) {
    class Telling extends EventTarget {
      constructor() {
        super();
        queueMicrotask(() => this.onerror?.({ message: `NetworkError: ${text}` }));
      }
      close() {}
    }
    const { error } = await fail(t, { WebSocket: Telling, retry: { firstOpening: 0.05 } }, 'ws://127.0.0.1:9/');
    assert.match(error.message, says);
  }
});

test('a token endpoint whose certificate is not trusted', async (t) => {
  const port = await listen(t, createTls(makeCertificate(t)));
  const tokens = await startTokenServer(t);
  const auth = tokens.auth({ token_url: `https://127.0.0.1:${port}/token` });
  const { error, retries } = await fail(t, {}, 'ws://127.0.0.1:9/', { auth });
  assert.equal(error.code, 'token_unavailable');
  assert.match(error.message, /could not be reached: its certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/);
  assert.deepEqual(retries, []);
});

test('a token endpoint that nobody runs', async (t) => {
  const tokens = await startTokenServer(t);
  const auth = tokens.auth({ token_url: `http://127.0.0.1:${await closedPort()}/token` });
  const { error } = await fail(t, { retry: { firstOpening: 0.1 } }, 'ws://127.0.0.1:9/', { auth });
  assert.match(error.message, /could not be reached: nothing listens there \(ECONNREFUSED\)/);
});
