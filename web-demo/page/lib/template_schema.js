// Owns what the editor knows of a call template: its fields, as JSON Schema. Whether a template is valid the package says.
// Must not know how it is edited.

const text = (/** @type {string} */ description) => ({ type: 'string', description });
const object = (/** @type {string} */ description) => ({ type: 'object', description });
const seconds = (/** @type {string} */ description) => ({
  type: 'number',
  description: `Seconds. ${description}`,
  examples: [30],
});
const yesOrNo = (/** @type {string} */ description) => ({ type: 'boolean', description });

/** @param {string} way @param {Record<string, object>} properties */
const auth = (way, properties) => ({ properties: { auth_type: { type: 'string', enum: [way] }, ...properties } });

export const templateSchema = {
  type: 'object',
  properties: {
    name: text('The manual’s name'),
    call_template_type: { ...text('Which protocol it is for'), default: 'websocket' },
    url: text('What is opened: wss:, or ws: to this machine'),
    message: {
      type: ['object', 'string'],
      description:
        'What is sent, with placeholders: {{args.city}}, {{args}}, {{request_id}}, {{tool_name}}, {{uuid}}, {{now}}, {{traceparent}}',
    },
    messages: { type: 'array', description: 'In place of message: several, sent one after the other' },
    message_format: { enum: ['text', 'binary', 'base64'], description: 'How bytes among the arguments are sent' },
    missing_arguments: {
      type: 'string',
      enum: ['error', 'omit', 'keep'],
      description: 'What becomes of a placeholder whose argument is missing',
    },
    protocol: text('WebSocket subprotocol; the peer must choose it'),
    keep_alive: yesOrNo('Keep the connection for later calls'),
    response_format: {
      type: 'string',
      enum: ['json', 'text', 'raw', 'base64'],
      description: 'How a response becomes a value',
    },
    timeout: seconds('Default of the next two'),
    connection_timeout: seconds('From the call until it has a connection'),
    response_timeout: seconds('From sending to the response; in a stream between two items'),
    headers: object('Handshake headers; browsers cannot send any'),
    header_fields: {
      type: 'array',
      items: text('An argument'),
      description: 'Arguments that also go into headers of that name',
    },
    auth: {
      type: 'object',
      description: 'The credential that connections are opened with',
      anyOf: [
        auth('api_key', {
          api_key: text('The key'),
          var_name: text('The name of the header, query parameter or cookie'),
          location: { type: 'string', enum: ['query', 'header', 'cookie'], description: 'Where the key goes' },
        }),
        auth('basic', { username: text(''), password: text('') }),
        auth('oauth2', {
          token_url: text('The token endpoint'),
          client_id: text(''),
          client_secret: text(''),
          scope: text('With spaces between them'),
        }),
        auth('oauth2_user', { access_token: text('A ready token'), prefix: text('What stands before it') }),
      ],
    },
    expected_responses: {
      type: 'integer',
      examples: [1, -1, 0],
      description: 'How many responses there are; -1: until the peer ends it; 0: none',
    },
    close_after_response: yesOrNo('Close the connection when the call is over'),
    message_filter: object('Members that a response must have; other frames are dropped'),
    result_path: { ...text('JSON Pointer to the result in a JSON response'), examples: ['/result'] },
    result_default: { description: 'The result where an answer has nothing at result_path' },
    error_path: {
      ...text('JSON Pointer, or several: when something other than null is there the call fails'),
      examples: ['/error'],
    },
    error_match: object('Members that make a frame an error'),
    connection_error: object('Members of a frame by which the service gives up a connection'),
    progress_filter: object(
      'Members that tell progress of a call; such a frame is no answer, and gives the call more time',
    ),
    stream_end: { ...object('Members of the frame that ends a stream'), examples: [{ type: 'stream_end' }] },
    stream_end_item: yesOrNo('The frame that ends a stream is its last item'),
    correlation: {
      type: ['string', 'boolean', 'array', 'object'],
      examples: ['/id', false],
      description:
        'JSON Pointer to the request’s id in a response, several, one with a value of the caller’s, or false',
    },
    capture: { ...object('JSON Pointers into the first answer, for {{answer.…}}'), examples: [{ sub: '/result' }] },
    leave_message: object('Tells the service that a call is left'),
    leave_when: { enum: ['left', 'always'], description: 'Whether it is also told of calls that it has ended' },
    disconnect_message: object('Sent before a connection is closed'),
    connect: {
      type: 'array',
      description: 'The handshake of a new connection: steps of expect, send, error and capture',
    },
    connect_message: object('Sent first on a new connection'),
    connect_ack: object('Members of the frame that calls then wait for'),
    discovery_message: { ...object('What asks for the manual'), examples: [{ type: 'utcp' }] },
    discovery: {
      ...object('How tools are read from what answers discovery_message'),
      examples: [{ tools: '/result/tools' }],
    },
    ping_interval: seconds('Between heartbeats of a kept connection'),
    replies: { description: 'Answers to what the service sends on its own', examples: [[{ match: {}, send: '' }]] },
    frame: {
      ...object('What stands around the JSON of messages'),
      examples: [{ terminator: '\u001e' }, { strip: true }],
    },
    ping_message: object('Heartbeat for hosts that cannot ping, as browsers'),
  },
};
