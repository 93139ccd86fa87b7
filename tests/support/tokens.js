// A token endpoint on real HTTP (RFC 6749 section 4.4), and WebSocket servers that ask for its tokens.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { startServer } from './server.js';

/** The credential that the server knows, as `auth` of a call template. */
export const client = { client_id: 'agent', client_secret: 'hush+/=& ü' };

/**
 * A token endpoint, closed after the test. It issues `token-1`, `token-2`, … to `client` and refuses all others.
 * `answer(response, request, server)`: in place of that. `lifetime`: `expires_in`. `ways`: which ways of client authentication it
 * takes. `cors`: pages of other origins may ask it.
 */
export async function startTokenServer(t, { answer = issue, lifetime = 3600, ways = ['body'], cors = false } = {}) {
  const server = new TokenServer(answer, lifetime, ways, cors);
  server.http = createServer((request, response) => server.handle(request, response));
  server.http.listen(0, '127.0.0.1');
  await once(server.http, 'listening');
  t.after(() => server.close());
  return server;
}

/** A WebSocket server that answers with the message, and takes what `isValid(token, request)` says. */
export async function startGuarded(t, isValid, options) {
  return startServer(t, undefined, {
    verify: (request) => (isValid(bearerOf(request), request) ? undefined : 401),
    ...options,
  });
}

/** @returns {string | undefined} the bearer token of a request */
export function bearerOf(request) {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
}

export function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** What a token endpoint does. */
export function issue(response, request, server) {
  const { way, id, secret } = credentialOf(request);
  const known = server.ways.includes(way) && id === client.client_id && secret === client.client_secret;
  if (known) sendJson(response, 200, server.issueToken(request.form.get('scope')));
  else sendJson(response, 401, { error: 'invalid_client', error_description: 'client authentication failed' });
}

/** RFC 6749 section 2.3.1, read independently of what is tested. */
function credentialOf({ form, headers }) {
  const [scheme, basic] = (headers.authorization ?? '').split(' ');
  if (scheme !== 'Basic') return { way: 'body', id: form.get('client_id'), secret: form.get('client_secret') };
  const decoded = new URLSearchParams(Buffer.from(basic, 'base64').toString().replace(':', '='));
  const [[id, secret]] = decoded;
  return { way: 'basic', id, secret };
}

class TokenServer {
  /** What was asked, in order: `{ url, method, headers, form }`. */
  requests = [];
  /** What was issued, in order. */
  issued = [];

  constructor(answer, lifetime, ways, cors) {
    Object.assign(this, { answer, lifetime, ways, cors });
  }

  get url() {
    return `http://127.0.0.1:${this.http.address().port}/token`;
  }

  /** `auth` of a call template. */
  auth(fields = {}) {
    return { auth_type: 'oauth2', token_url: this.url, ...client, ...fields };
  }

  issueToken(scope) {
    const token = `token-${this.issued.length + 1}`;
    this.issued.push(token);
    return { access_token: token, token_type: 'Bearer', expires_in: this.lifetime, ...(scope && { scope }) };
  }

  async handle(request, response) {
    if (this.cors) {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Access-Control-Allow-Headers', 'authorization');
      if (request.method === 'OPTIONS') return response.end();
    }
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { url, method, headers } = request;
    const asked = { url, method, headers, form: new URLSearchParams(body) };
    this.requests.push(asked);
    await this.answer(response, asked, this);
  }

  close() {
    this.http.closeAllConnections();
    return new Promise((resolve) => this.http.close(resolve));
  }
}
