// What a test of the contract works with: protocols, endpoints of the contract's server, and what the host can do.
// Must not know which host it is.

/**
 * What the runner of a host gives.
 * @typedef {object} Setting
 * @property {typeof import('../../js/api/index.js')} library the package, as this host imports it
 * @property {() => Promise<typeof import('@utcp/sdk')>} sdk the SDK, with the package registered
 * @property {unknown} [wasm] what `ready()` needs where it finds no wasm by itself
 * @property {string} server of the contract's server, `http://127.0.0.1:PORT`
 * @property {string} host different for every run at one server
 * @property {Record<string, string>} cannot by capability: why this host does not have it
 * @property {Record<string, string>} [absent] by group of the contract: why there is nothing to test
 */

/** One endpoint of the contract's server, known to it by an id of its own. */
class Endpoint {
  /** @param {string} base @param {string} behaviour @param {Record<string, string | number>} parameters */
  constructor(base, behaviour, parameters) {
    this.base = base;
    const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
    this.url = `${base.replace(/^http/, 'ws')}/${behaviour}${query.size > 0 ? `?${query}` : ''}`;
  }

  /** A call template for it. @param {object} [fields] */
  template(fields) {
    return { name: 'm', call_template_type: 'websocket', url: this.url, ...fields };
  }

  /** `auth` of a call template: client credentials that its token endpoint knows. */
  get clientCredentials() {
    const client = { client_id: 'agent', client_secret: 'hush+/=& ü' };
    return { auth_type: 'oauth2', token_url: `${this.base}/token`, ...client };
  }

  /**
   * What the server has seen of it, as soon as it has seen so many of each.
   * @param {{ requests?: number, opened?: number, texts?: number, pings?: number, closings?: number }} [counts]
   * @returns {Promise<{ requests: { path: string, query: Record<string, string>, headers: Record<string, string>,
   *   protocols: string[] }[], opened: number, texts: string[], pings: number, closings: { code: number, reason: string }[],
   *   tokens: number }>}
   */
  async seen(counts = {}) {
    const query = new URLSearchParams(Object.entries(counts).map(([name, value]) => [name, String(value)]));
    const response = await fetch(`${this.base}/seen?${query}`);
    return response.json();
  }
}

export class Bench {
  #setting;
  #endpoints = 0;
  /** @type {InstanceType<Setting['library']['WebSocketCommunicationProtocol']>[]} */
  #protocols = [];

  /** @param {Setting} setting @param {string} test different for every test */
  constructor(setting, test) {
    this.#setting = setting;
    this.test = test;
    this.library = setting.library;
  }

  get wasm() {
    return this.#setting.wasm;
  }

  sdk() {
    return this.#setting.sdk();
  }

  /** @param {string} capability */
  can(capability) {
    return !(capability in this.#setting.cannot);
  }

  /** A new endpoint; what it does is in tests/hosts/server.js. @param {string} behaviour @param {Record<string, string | number>} [parameters] */
  at(behaviour, parameters = {}) {
    this.#endpoints += 1;
    const { server, host } = this.#setting;
    return new Endpoint(`${server}/${host}.${this.test}.${this.#endpoints}`, behaviour, parameters);
  }

  /** A protocol that is closed after the test. @param {import('../../js/types/shared.js').ProtocolOptions} [options] */
  protocol(options) {
    const protocol = new this.library.WebSocketCommunicationProtocol(options);
    this.#protocols.push(protocol);
    return protocol;
  }

  /** One call with a protocol of its own. @param {object} template @param {Record<string, any>} [args] @param {object} [options] */
  call(template, args = {}, options = undefined) {
    return this.protocol(options).callTool(null, 'm.t', args, /** @type {any} */ (template));
  }

  /** Throws where a host's connection did not close: `close()` gives up on it after two seconds. */
  async end() {
    const start = Date.now();
    await Promise.all(this.#protocols.map((protocol) => protocol.close()));
    if (Date.now() - start > 1900) throw new Error('close() waited for a connection that does not close');
  }
}
