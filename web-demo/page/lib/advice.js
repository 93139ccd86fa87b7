// Owns what to do about an error: a sentence for each code of the package, or for whose fault it is.
// Must not know where an error came from.

/** @type {Record<string, string>} */
const byCode = {
  invalid_call_template: 'Fix the field on the Template tab; it says what is wrong while you type.',
  invalid_argument: 'Change the argument that the message names.',
  url_refused: 'Use wss:, or ws: with 127.0.0.1, [::1] or localhost. Anything else could be read on its way.',
  invalid_manual: 'The endpoint answered with something that is no manual. Is this the URL where it tells its tools?',
  invalid_json: 'The endpoint answered with something that is not JSON. Is this the URL where it tells its tools?',
  connection_failed:
    'Check that the server runs, that the URL is right, and that it allows pages of this origin. Browsers do not say whether it refused a credential.',
  auth_failed: 'Check the secret and the way it is sent, under Authentication.',
  token_unavailable:
    'Check the token URL, the client and its secret. The token endpoint has to allow this page (CORS).',
  auth_unsupported: 'Choose another way under Authentication: key in the URL, first message, or a bearer token.',
  connection_timeout:
    'No connection could be opened in time: the server is down, far away, or refuses. The timeline shows the attempts.',
  response_timeout:
    'The connection stands but nothing came. Raise response_timeout in the tab Template, or look in the timeline whether frames were dropped.',
  connection_closed:
    'The server closed the connection before it answered; the close code says why. The message may have been handled: it is not sent again by itself.',
  subprotocol_mismatch: 'Set protocol in the tab Template to one that the server speaks.',
  stream_overflow:
    'The server sends faster than this page reads, and pages cannot make it wait. Read faster, or ask for less.',
  queue_full: 'Fewer calls at once, or a template whose answers carry ids, so that calls share connections.',
  frame_too_large: 'Ask for less at once; the limit is an option of the package (limits.frameBytes).',
  tool_failed: 'The tool says so itself: change the arguments as its message says.',
};

/** Who has to act. @type {Record<string, string>} */
const byFault = {
  caller: 'Change the arguments or the call template.',
  peer: 'It comes from the server: ask who runs it.',
  network: 'Check that the server runs and can be reached, then try again.',
  host: 'This browser cannot do it; the message says what it could do instead.',
  library: 'This is a defect of the package: please report it.',
};

/** @param {any} error */
export const adviceFor = (error) => byCode[error?.code] ?? byFault[error?.fault] ?? '';

/** What the message says already. */
const said = new Set(['name', 'code', 'message', 'fault', 'cause', 'stack']);

/** What an error holds besides its message. @param {any} error @returns {[string, string][]} */
export function factsOf(error) {
  if (typeof error !== 'object' || error === null) return [];
  return Object.entries(error)
    .filter(([name, value]) => !said.has(name) && value !== undefined && value !== '')
    .map(
      ([name, value]) =>
        /** @type {[string, string]} */ ([name, typeof value === 'string' ? value : (JSON.stringify(value) ?? '')]),
    )
    .filter(([, value]) => !String(error.message).includes(value));
}
