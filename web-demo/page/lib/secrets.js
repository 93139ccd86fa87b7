// Owns that a secret is where it is needed and nowhere else: in what the user sees, shares or copies stands a placeholder.
// Must not know what a secret is for.

export const placeholder = '${SECRET}';

/** Names whose values are taken for secrets, in templates, arguments and query parameters. */
const secretName =
  /^(auth|authorization|bearer|cookie|credentials?|jwt|key|pass(word|wd|phrase|code)?|pin|pwd|secret|session(_?id)?|sig(nature)?|ticket|token)$|([_-]|api|access|client)(key|secret|token|password|ticket|signature)$/i;

/** `authToken` as `auth_token`. @param {string} name */
export const isSecretName = (name) => secretName.test(name.replace(/([a-z])(?=[A-Z])/g, '$1_'));

/** `url`, `token_url`. @param {string} name */
const isUrlName = (name) => /(^|_)url$/.test(name);

/**
 * A copy of JSON with every value that is no object or array as `map(leaf, name)` makes it; elements of an array have the array's name.
 * @param {any} value @param {(leaf: any, name: string) => any} map @param {string} [name]
 * @returns {any}
 */
function mapLeaves(value, map, name = '') {
  if (Array.isArray(value)) return value.map((one) => mapLeaves(one, map, name));
  if (typeof value !== 'object' || value === null) return map(value, name);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapLeaves(one, map, key)]));
}

/** As `mapLeaves`, of texts alone. @param {any} value @param {(text: string, name: string) => string} map @returns {any} */
const mapTexts = (value, map) => mapLeaves(value, (leaf, name) => (typeof leaf === 'string' ? map(leaf, name) : leaf));

/** Puts the secret where the placeholder stands. @template T @param {T} value @param {string} secret @returns {T} */
export function fill(value, secret) {
  return mapTexts(value, (text, name) =>
    text.replaceAll(placeholder, () => (isUrlName(name) ? encodeURIComponent(secret) : secret)),
  );
}

/** What others say, a manual for one: the secret does not go where they write its placeholder. @template T @param {T} value @returns {T} */
export const withoutPlaceholders = (value) => mapTexts(value, (text) => text.replaceAll(placeholder, '***'));

/** How the secret may stand in a text. @param {string} secret */
export const writtenForms = (secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];

/** Puts the placeholder where the secret stands. @template T @param {T} value @param {string} secret @returns {T} */
export function hide(value, secret) {
  if (secret === '') return value;
  const written = writtenForms(secret);
  return mapTexts(value, (text) => {
    if (text === secret) return placeholder;
    // Shorter ones would be found everywhere.
    return secret.length < 4 ? text : written.reduce((shown, one) => shown.replaceAll(one, placeholder), text);
  });
}

/** What may be shared: each text or number that is named like a secret becomes the placeholder. @template T @param {T} value @returns {T} */
export function withoutSecrets(value) {
  return mapLeaves(value, (leaf, name) => {
    if (isUrlName(name) && typeof leaf === 'string') return urlWithoutSecrets(leaf);
    if (!isSecretName(name) || !leaf || leaf === true) return leaf;
    return /\$\{\w+\}|UTCP_ARG_|\{\{/.test(leaf) ? leaf : placeholder;
  });
}

/** User and password before the host, which no WebSocket URL may have, are left out. @param {string} url */
export function urlWithoutSecrets(url) {
  return url
    .replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1')
    .replace(/([?&])([^=&#]*)=([^&#]*)/g, (whole, before, name, value) =>
      isSecretName([...new URLSearchParams(name).keys()].join()) && value !== '' && !value.startsWith('${')
        ? `${before}${name}=${placeholder}`
        : whole,
    );
}

/** @param {unknown} url */
export const originOf = (url) => (typeof url === 'string' && URL.canParse(url) ? new URL(url).origin : undefined);
