// Owns what the user has set up, and its copy in the URL's hash, which holds everything but secrets.
// Must not know what is done with it.
import { ways } from './auth.js';
import { hide, originOf, placeholder, urlWithoutSecrets, withoutSecrets } from './secrets.js';

/** Where the demo’s provider listens, as the demo’s server writes it into the page; empty on a static host. */
export const bundledProvider = document.querySelector('meta[name="utcp-provider"]')?.getAttribute('content') ?? '';

/** @param {string} way @returns {Record<string, string>} */
const defaultFields = (way) => Object.fromEntries((ways[way]?.fields ?? []).map(({ name, value }) => [name, value]));

class Setup {
  url = $state('');
  auth = $state('none');
  /** @type {Record<string, string>} of the way of authentication */
  fields = $state({});
  carrier = $state('query');
  /** The subprotocol beside which a credential is offered. */
  protocol = $state('');
  secret = $state('');
  /** What is called by a template alone, without asking for a manual; empty: it is asked for. */
  recipe = $state('');
  /** The name that such a tool is called by. */
  name = $state('');
  /** Name of the tool. */
  tool = $state('');
  /** The arguments, as the user wrote them. */
  argsText = $state('{}');
  /** The call template, where it is other than the manual's. */
  templateText = $state('');
  tab = $state('arguments');
  calls = $state(1);
  pause = $state(0);
  again = $state(false);

  /** @param {string} way */
  chooseAuth(way) {
    this.auth = way;
    this.fields = defaultFields(way);
  }

  /** Whether the credential goes into a subprotocol. */
  get offersCredential() {
    return ways[this.auth]?.needsCarrier === true && this.carrier === 'subprotocol';
  }

  /** Whether a secret has to be entered first. */
  get lacksSecret() {
    return ways[this.auth]?.secret !== undefined && this.secret === '';
  }

  /** Where the secret is sent. */
  get #origins() {
    return `${originOf(this.url)} ${originOf(this.fields.token_url)}`;
  }

  /** What a link says. @param {string} [hash] */
  read(hash = location.hash) {
    const text = reader(hash);
    const before = this.#origins;
    this.url = text('url', bundledProvider || 'ws://127.0.0.1:8765/utcp');
    const way = text('auth', 'none');
    this.chooseAuth(ways[way] && !ways[way].impossible ? way : 'none');
    for (const name of Object.keys(this.fields)) this.fields[name] = text(`auth.${name}`, this.fields[name]);
    // It was entered for another endpoint, or to get tokens elsewhere.
    if (this.#origins !== before) this.secret = '';
    this.carrier = text('carrier') === 'subprotocol' ? 'subprotocol' : 'query';
    this.protocol = text('protocol');
    this.recipe = text('recipe');
    this.readTool(hash);
  }

  /** What a link says of the tool alone. @param {string} hash */
  readTool(hash) {
    const text = reader(hash);
    this.name = text('name');
    this.tool = text('tool');
    this.argsText = text('args');
    this.templateText = text('template');
    this.tab = text('tab', 'arguments');
    this.calls = clamp(text('calls'), 1, 1000);
    this.pause = clamp(text('pause'), 0, 10_000);
    this.again = text('again') === '1';
  }

  /** The hash that says the same, for whoever gets the link. */
  get hash() {
    const { link, add } = this.#endpointLink();
    add('tool', this.tool);
    if (this.recipe !== '') add('name', this.name);
    if (this.tool !== '') {
      add('args', shareable(this.argsText));
      add('template', shareable(this.templateText));
      add('tab', this.tab, 'arguments');
      add('calls', String(this.calls), '1');
      add('pause', String(this.pause), '0');
      add('again', this.again ? '1' : '');
    }
    return `#${link}`;
  }

  /** The hash of the endpoint alone. */
  get endpoint() {
    return `#${this.#endpointLink().link}`;
  }

  #endpointLink() {
    const link = new URLSearchParams();
    const add = (/** @type {string} */ name, /** @type {string} */ value, unless = '') => {
      if (value !== unless) link.set(name, value);
    };
    add('url', urlWithoutSecrets(this.url));
    add('auth', this.auth, 'none');
    const defaults = defaultFields(this.auth);
    const fields = { ...this.fields };
    if (fields.connect_message) fields.connect_message = shareable(fields.connect_message);
    if (fields.token_url) fields.token_url = urlWithoutSecrets(fields.token_url);
    for (const [name, value] of Object.entries(fields)) add(`auth.${name}`, value, defaults[name]);
    if (this.offersCredential) {
      add('carrier', this.carrier);
      add('protocol', this.protocol);
    }
    add('recipe', this.recipe);
    return { link, add };
  }
}

/** @param {string} hash */
function reader(hash) {
  const link = new URLSearchParams(hash.slice(1));
  return (/** @type {string} */ name, fallback = '') => link.get(name) ?? fallback;
}

/** JSON without secrets; other text holds who knows what, so that nothing of it is shared. @param {string} text */
export function shareable(text) {
  if (text === '') return '';
  try {
    return JSON.stringify(hide(withoutSecrets(JSON.parse(text)), setup.secret));
  } catch {
    return text.includes(placeholder) ? text : '';
  }
}

/** @param {string} text @param {number} least @param {number} most */
function clamp(text, least, most) {
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? least : Math.min(most, Math.max(least, number));
}

export const setup = new Setup();
