// A stub of Deepgram's streaming transcription, by its published messages: it understands audio that is text in UTF-8, and transcribes
// what it has heard at each full stop, when it is asked to, and when the stream is closed. `tests/package/clients.test.js` holds it against `@deepgram/sdk`.
import { startServer } from './server.js';

export const DEEPGRAM_KEY = 'deepgram-key';

/** `heard`: the types of what came. @param {import('node:test').TestContext} t */
export async function startDeepgram(t) {
  const heard = [];
  const server = await startServer(t, () => {}, {
    path: '/v1/listen',
    verify: ({ headers }) => (headers.authorization === `Token ${DEEPGRAM_KEY}` ? undefined : 401),
    onConnection(socket) {
      let pending = '';
      const tell = (message) => socket.send(JSON.stringify(message));
      const transcribe = (from_finalize = false) => {
        const alternatives = [{ transcript: pending, confidence: 0.99, words: [] }];
        const metadata = { request_id: 'r', model_uuid: 'u', model_info: { name: 'n', version: 'v', arch: 'a' } };
        const flags = { is_final: true, speech_final: true, from_finalize };
        const times = { duration: 1, start: 0 };
        tell({ type: 'Results', channel_index: [0, 1], ...times, ...flags, channel: { alternatives }, metadata });
        pending = '';
      };
      const commands = {
        KeepAlive() {},
        Finalize: () => transcribe(true),
        CloseStream() {
          if (pending) transcribe();
          const deprecated = { transaction_key: 'deprecated', sha256: '', created: '2026-11-01T12:00:00.000Z' };
          tell({ type: 'Metadata', ...deprecated, request_id: 'r', duration: 1.5, channels: 1 });
          socket.close(1000);
        },
      };
      socket.on('message', (data, isBinary) => {
        const text = String(data);
        const type = isBinary ? 'audio' : JSON.parse(text).type;
        heard.push(type);
        server.emit('change');
        if (!isBinary) {
          commands[type]();
        } else if (text === 'noise') {
          tell({ type: 'Error', variant: 'DATA-0000', description: 'The payload cannot be decoded as audio.' });
          socket.close(1008, 'DATA-0000');
        } else {
          pending += text;
          if (pending.endsWith('.')) transcribe();
        }
      });
    },
  });
  return Object.assign(server, { heard });
}
