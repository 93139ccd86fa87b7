// Owns what the option `credentials` adds to an opening: asking for it, checking it, putting it in place.
// Must not know where credentials come from, or what becomes of the connection.
import { check, copyOf, headers, TOKEN } from '../base/check.js';
import { createError } from '../base/errors.js';
import { isObject } from '../base/values.js';
import { isSecureWebSocketUrl } from './pure.js';

/** The call is to reject with just this; anything else that is thrown becomes a cause. */
export class Refusal {
  /** @param {Error} error */
  constructor(error) {
    this.error = error;
  }
}

const isText = (/** @type {unknown} */ v) => typeof v === 'string';
const known = {
  url: { what: 'a URL', holds: isText, isSecret: true },
  headers,
  query: { what: 'an object of strings', holds: areTexts, isSecret: true },
  protocols: {
    what: 'an array of subprotocol names (RFC 9110 tokens)',
    holds: (/** @type {unknown} */ v) => Array.isArray(v) && v.every((name) => isText(name) && TOKEN.test(name)),
    isSecret: true,
  },
};

/**
 * Rejects with what the source threw, or with what is wrong with what it gave: a `Refusal` where the core has a code for that.
 * @param {import('../types/shared.js').CredentialSource} ask
 * @param {import('../host/socket.js').Socket} socket not yet open
 * @param {boolean} canSetHeaders whether the host can
 */
export async function addCredentials(ask, socket, canSetHeaders) {
  socket.asking = new AbortController();
  const { url, protocols, manual } = socket;
  const answer = (await ask({ url, protocols: [...protocols], manual, signal: socket.asking.signal })) ?? {};
  if (!isObject(answer)) throw new TypeError('the option credentials must give an object or nothing');
  // Copies: what was checked is what is used, whatever a getter says the next time.
  const given = copyOf('credentials', answer);
  for (const name of ['headers', 'query']) {
    if (isObject(given[name])) given[name] = copyOf(`credentials.${name}`, given[name]);
  }
  if (Array.isArray(given.protocols)) given.protocols = [...given.protocols];
  check('credentials', given, known);
  if (given.url !== undefined && !isSecureWebSocketUrl(given.url)) {
    refuse({
      code: 'url_refused',
      message: 'URL refused: the one that the option credentials gives is not wss:, nor ws: to a loopback host',
      field: 'credentials.url',
    });
  }
  const added = Object.entries(given.headers ?? {});
  if (added.length > 0 && !canSetHeaders) {
    refuse({
      code: 'auth_unsupported',
      message: 'this host cannot set handshake headers: let the option credentials give query or protocols instead',
      field: 'credentials.headers',
    });
  }
  const offered = [...protocols, ...(given.protocols ?? [])];
  if (new Set(offered).size < offered.length) {
    // Hosts refuse this too, but some say which it was.
    throw new TypeError("credentials.protocols must differ from each other and from the call template's");
  }
  socket.given = secretsIn(given);
  socket.url = withQuery(given.url ?? url, Object.entries(given.query ?? {}));
  socket.protocols = offered;
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  socket.headers = [...socket.headers.filter(([name]) => !names.has(name.toLowerCase())), ...added];
}

/** @param {import('../base/errors.js').CoreError} error @returns {never} */
function refuse(error) {
  throw new Refusal(createError(error));
}

/** @param {import('../types/shared.js').Credentials} given @returns {string[]} */
function secretsIn({ url = '', headers = {}, query = {}, protocols = [] }) {
  const secrets = [...Object.values(headers), ...Object.values(query), ...protocols];
  if (url === '') return secrets;
  // All that stands behind its host.
  const { pathname, search, searchParams } = new URL(url);
  const places = [pathname, ...pathname.split('/'), search.slice(1)];
  return [...secrets, url, ...searchParams.values(), ...places.filter((text) => text.length >= SHORTEST_PLACE)];
}

/** Words in a path are no secrets. */
const SHORTEST_PLACE = 12;

/** @param {string} url @param {[string, string][]} parameters */
function withQuery(url, parameters) {
  const [target] = url.split('#');
  if (parameters.length === 0) return target;
  return `${target}${target.includes('?') ? '&' : '?'}${new URLSearchParams(parameters)}`;
}

/** @param {unknown} value */
function areTexts(value) {
  return isObject(value) && Object.values(value).every(isText);
}
