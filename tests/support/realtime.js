// A stub of OpenAI's Realtime API, by its published events: the model says again what it hears, a word at a time, for audio that is text in UTF-8.
// `tests/package/realtime.test.js` holds it against the API's own client.

export const KEY = 'sk-realtime';

/** Whether the handshake is refused: an HTTP status. */
export const refuses = ({ headers }) => (headers.authorization === `Bearer ${KEY}` ? undefined : 401);

let lastId = 0;
const newId = (kind) => `${kind}_${++lastId}`;

/** Serves one connection; `heard` takes the type of each event of the client. */
export function serveRealtime(socket, heard = []) {
  let audio = [];
  let response;
  const tell = (type, fields) => socket.send(JSON.stringify({ type, event_id: newId('event'), ...fields }));
  const refuse = (event, code, message, param = null) =>
    tell('error', { error: { type: 'invalid_request_error', code, message, param, event_id: event.event_id ?? null } });
  const finish = (status, status_details = null) => {
    tell('response.done', { response: { ...response, status, status_details } });
    response = undefined;
  };
  const session = { type: 'realtime', id: newId('sess'), object: 'realtime.session', model: 'gpt-realtime' };
  tell('session.created', { session });
  const events = {
    'session.update': (event) => tell('session.updated', { session: Object.assign(session, event.session) }),
    'input_audio_buffer.append'(event) {
      const { audio: text } = event;
      if (typeof text !== 'string' || Buffer.from(text, 'base64').toString('base64') !== text)
        return refuse(event, 'invalid_value', "Invalid 'audio'. Expected base64-encoded audio bytes.", 'audio');
      audio.push(Buffer.from(text, 'base64'));
    },
    'input_audio_buffer.commit'(event) {
      if (audio.length === 0)
        return refuse(
          event,
          'input_audio_buffer_commit_empty',
          'Error committing input audio buffer: buffer too small.',
        );
      tell('input_audio_buffer.committed', { item_id: newId('item'), previous_item_id: null });
    },
    'response.create'() {
      const said = String(Buffer.concat(audio));
      audio = [];
      response = { id: newId('resp'), object: 'realtime.response', status: 'in_progress', output: [] };
      tell('response.created', { response });
      const where = { response_id: response.id, item_id: newId('item'), output_index: 0, content_index: 0 };
      for (const delta of said.match(/\s*\S+/g) ?? []) tell('response.output_text.delta', { ...where, delta });
      if (said === 'for ever') return; // until it is cancelled
      if (said === 'too much') {
        return finish('failed', { type: 'failed', error: { type: 'insufficient_quota', code: 'insufficient_quota' } });
      }
      tell('response.output_text.done', { ...where, text: said });
      finish('completed');
    },
    'response.cancel': () => response && finish('cancelled', { type: 'cancelled', reason: 'client_cancelled' }),
  };
  socket.on('message', (data) => {
    const event = JSON.parse(String(data));
    heard.push(event.type);
    const act = events[event.type];
    if (act) act(event);
    else refuse(event, 'invalid_value', `Invalid value: '${event.type}'.`, 'type');
  });
}
