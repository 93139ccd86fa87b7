// Owns the ways of authentication that the page offers, and what each puts into a call template.
// Must not know the secret itself: its placeholder stands in for it.
import { placeholder } from './secrets.js';

/**
 * @typedef {object} Way
 * @property {string} label
 * @property {string} help
 * @property {string} [secret] label of the secret, where there is one
 * @property {{ name: string, label: string, value: string, required?: boolean, lines?: boolean }[]} fields
 * @property {boolean} [needsCarrier] whether a browser needs `browserAuth` for it
 * @property {boolean} [impossible] in browsers
 * @property {(fields: Record<string, string>) => Record<string, unknown>} template
 */

/** @type {Record<string, Way>} */
export const ways = {
  none: {
    label: 'None',
    help: 'Browsers send the cookies that they keep for the endpoint’s site by themselves.',
    fields: [],
    template: () => ({}),
  },
  query: {
    label: 'API key in the URL',
    help: 'The key goes into a query parameter. URLs may end up in logs: use a short-lived key.',
    secret: 'API key',
    fields: [{ name: 'var_name', label: 'Parameter', value: 'api_key', required: true }],
    template: ({ var_name }) => ({ auth: { auth_type: 'api_key', api_key: placeholder, var_name, location: 'query' } }),
  },
  first: {
    label: 'First message',
    help: 'Sent first on every connection; calls wait until a frame with the members of the answer has come.',
    secret: 'Secret',
    fields: [
      {
        name: 'connect_message',
        label: 'Message',
        value: `{ "type": "auth", "token": "${placeholder}" }`,
        lines: true,
        required: true,
      },
      { name: 'connect_ack', label: 'Answer to wait for (JSON; empty: none)', value: '{ "type": "auth_ok" }' },
    ],
    template: ({ connect_message = '', connect_ack = '' }) => ({
      connect_message: jsonOrText(connect_message),
      ...(connect_ack.trim() !== '' && { connect_ack: jsonOrText(connect_ack) }),
    }),
  },
  template: {
    label: 'In the template',
    help: 'The secret goes where its placeholder stands in the call template.',
    secret: 'Secret',
    fields: [],
    template: () => ({}),
  },
  bearer: {
    label: 'Bearer token',
    help: 'A token that you have already (oauth2_user).',
    secret: 'Token',
    fields: [],
    needsCarrier: true,
    template: () => ({ auth: { auth_type: 'oauth2_user', access_token: placeholder } }),
  },
  header: {
    label: 'API key in a header',
    help: 'Browsers cannot set headers: the key travels another way here, in a header from Node.',
    secret: 'API key',
    fields: [{ name: 'var_name', label: 'Header', value: 'X-Api-Key', required: true }],
    needsCarrier: true,
    template: ({ var_name }) => ({ auth: { auth_type: 'api_key', api_key: placeholder, var_name } }),
  },
  oauth2: {
    label: 'OAuth2 client credentials',
    help: 'The token endpoint has to allow this page (CORS). For trying out: a client secret does not belong into a page.',
    secret: 'Client secret',
    fields: [
      { name: 'token_url', label: 'Token URL', value: '', required: true },
      { name: 'client_id', label: 'Client id', value: '', required: true },
      { name: 'scope', label: 'Scope', value: '' },
    ],
    needsCarrier: true,
    template: ({ token_url, client_id, scope }) => ({
      auth: { auth_type: 'oauth2', token_url, client_id, client_secret: placeholder, ...(scope && { scope }) },
    }),
  },
  basic: { label: 'User and password (basic)', help: '', fields: [], impossible: true, template: () => ({}) },
  cookie: { label: 'API key in a cookie', help: '', fields: [], impossible: true, template: () => ({}) },
};

/** How the credential gets through where a browser cannot set headers: the package's option `browserAuth`. */
export const carriers = {
  query: 'as a query parameter',
  subprotocol: 'as a subprotocol',
};

/** @param {string} text @returns {unknown} */
function jsonOrText(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
