// A certified OpenID provider (`oidc-provider`) with one client, and WebSocket servers that take its tokens: verified as JWTs with
// `jose`, or asked about at the provider (RFC 7662).
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { createRemoteJWKSet, customFetch, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import Provider from 'oidc-provider';
import { startServer } from './server.js';
import { trusting } from './tls.js';
import { bearerOf } from './tokens.js';

const audience = 'urn:tools';
const client = { client_id: 'agent', client_secret: 'hush+/=& %' };

/**
 * Starts the provider on 127.0.0.1, with TLS where a `certificate` is given. `lifetime` of tokens in seconds; `format`: `jwt`, or
 * `opaque` for tokens that can be revoked.
 */
export async function startOpenId(t, { certificate, lifetime = 60, format = 'jwt' } = {}) {
  const server = certificate ? https.createServer(certificate) : http.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const openId = new OpenId(server, certificate, lifetime, format);
  await openId.rotateKeys();
  return openId;
}

class OpenId {
  /** Tokens that were issued. */
  issued = 0;
  /** What the endpoints answered a handshake with, in order: the token's claims, or why it was refused. */
  verdicts = [];

  constructor(server, certificate, lifetime, format) {
    Object.assign(this, { certificate, lifetime, format });
    this.issuer = `${certificate ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;
    this.fetch = certificate ? trusting(certificate.cert).fetch : fetch;
    server.on('request', (request, response) => this.handler(request, response));
  }

  /** From now on tokens are signed with another key, and the old one is known no more. */
  async rotateKeys() {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const key = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'ES256', kid: crypto.randomUUID() };
    const resource = {
      scope: 'read write',
      audience,
      accessTokenTTL: this.lifetime,
      accessTokenFormat: this.format,
      jwt: { sign: { alg: 'ES256' } },
    };
    const provider = new Provider(this.issuer, {
      scopes: ['read', 'write', 'admin'],
      clients: [
        { ...client, scope: 'read write', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
      ],
      clientDefaults: { id_token_signed_response_alg: 'ES256' },
      jwks: { keys: [key] },
      ttl: { ClientCredentials: this.lifetime },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        introspection: { enabled: true, allowedPolicy: () => true },
        revocation: { enabled: true, allowedPolicy: () => true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => audience,
          getResourceServerInfo: () => resource,
        },
      },
    });
    provider.on('client_credentials.issued', () => {
      this.issued += 1;
    });
    this.handler = provider.callback();
  }

  /** `auth` of a call template. */
  auth(fields) {
    return { auth_type: 'oauth2', token_url: `${this.issuer}/token`, ...client, ...fields };
  }

  /** Asks the provider as the client does. */
  ask(path, form) {
    const body = String(new URLSearchParams({ ...client, ...form }));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.fetch(this.issuer + path, { method: 'POST', headers, body });
  }

  /** Resolves with a token's claims, or rejects. */
  async verify(token) {
    if (this.format === 'opaque') {
      const claims = await (await this.ask('/token/introspection', { token })).json();
      if (!claims.active) throw new Error('inactive');
      return claims;
    }
    const keys = createRemoteJWKSet(new URL(`${this.issuer}/jwks`), {
      [customFetch]: (url, init) => this.fetch(url, init),
    });
    return (await jwtVerify(token, keys, { issuer: this.issuer, audience })).payload;
  }

  /** A WebSocket server that answers with the message, and takes tokens of this provider with this scope. */
  async startEndpoint(t, scope = 'read') {
    const judge = async (request) => {
      const claims = await this.verify(bearerOf(request) ?? '');
      if (!claims.scope?.split(' ').includes(scope)) throw new Error('scope');
      return claims;
    };
    const verifyClient = ({ req }, done) => {
      const settle = (verdict, ok) => {
        this.verdicts.push(verdict);
        done(ok, 401);
      };
      judge(req).then(
        (claims) => settle(claims, true),
        (error) => settle(error.code ?? error.message, false),
      );
    };
    if (!this.certificate) return startServer(t, undefined, { verifyClient });
    const server = https.createServer(this.certificate).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const guarded = await startServer(t, undefined, { verifyClient, server, host: undefined, port: undefined });
    return { template: (fields) => guarded.template({ url: guarded.url.replace('ws:', 'wss:'), ...fields }), guarded };
  }
}
