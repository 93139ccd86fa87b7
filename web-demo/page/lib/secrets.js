// Owns that a secret is where it is needed and nowhere else: in what the user sees, shares or copies stands a placeholder.
// Must not know what a secret is for.

export const placeholder = '${SECRET}';

/** Names whose values are taken for secrets, in templates, arguments and query parameters. */
const secretName =
  /^(auth|authorization|bearer|cookie|credentials?|jwt|key|pass(word|wd|phrase)?|pin|pwd|secret|session(_?id)?|sig(nature)?|ticket|token)$|([_-]|api|access|client)(key|secret|token|password|ticket|signature)$/i;

/** @param {string} name */
export const isSecretName = (name) => secretName.test(name);

/**
 * A copy of JSON with every string as `map(text, name)` makes it.
 * @param {any} value @param {(text: string, name: string) => string} map @param {string} [name]
 * @returns {any}
 */
function mapTexts(value, map, name = '') {
  if (typeof value === 'string') return map(value, name);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, map, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one, map, key)]));
}

/** Puts the secret where the placeholder stands. @template T @param {T} value @param {string} secret @returns {T} */
export function fill(value, secret) {
  return mapTexts(value, (text, name) =>
    text.replaceAll(placeholder, () => (name === 'url' ? encodeURIComponent(secret) : secret)),
  );
}

/** Puts the placeholder where the secret stands. @template T @param {T} value @param {string} secret @returns {T} */
export function hide(value, secret) {
  if (secret === '') return value;
  const written = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  return mapTexts(value, (text) => {
    if (text === secret) return placeholder;
    // Shorter ones would be found everywhere.
    return secret.length < 4 ? text : written.reduce((shown, one) => shown.replaceAll(one, placeholder), text);
  });
}

/** What may be shared: whatever is named like a secret becomes the placeholder. @template T @param {T} value @returns {T} */
export function withoutSecrets(value) {
  return mapTexts(value, (text, name) => {
    if (name === 'url') return urlWithoutSecrets(text);
    return isSecretName(name) && text !== '' && !/\$\{\w+\}|UTCP_ARG_|\{\{/.test(text) ? placeholder : text;
  });
}

/** @param {string} url */
export function urlWithoutSecrets(url) {
  return url.replace(/([?&])([^=&#]*)=([^&#]*)/g, (whole, before, name, value) =>
    isSecretName(decodeURIComponentSafely(name)) && value !== '' && !value.startsWith('${')
      ? `${before}${name}=${placeholder}`
      : whole,
  );
}

/** @param {string} text */
function decodeURIComponentSafely(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
