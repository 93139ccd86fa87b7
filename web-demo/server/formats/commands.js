// Owns the paths where an object says which command it is, as {"cmd":"search",…} and {"cmd":"read",…}, answered with
// {"ok":true,…} or {"ok":false,"error":{"message":…}}; and {"type":"utcp"}, which asks for the manual.

import { describeError, InputError, needInteger, needObject, needString } from '../tools/errors.js';
import { onTextFrame, parseJson, sendJson } from './frames.js';

/** @typedef {import('./frames.js').Context} Context */

/** @type {Record<string, (message: Record<string, any>, context: Context) => Promise<object>>} */
const commands = {
  async search(message, context) {
    const query = needString(message, 'query', { maxLength: 200 });
    const limit = needInteger(message, 'limit', { min: 1, max: 50, fallback: 5 });
    const index = await context.search();
    return { query, searched: index.size, ...index.search(query, limit) };
  },

  async read(message, context) {
    const id = needString(message, 'id', { maxLength: 300 });
    return (await context.search()).get(id);
  },
};

/** @type {typeof commands} */
const control = {
  async restart(message, context) {
    const downMs = needInteger(message, 'down_ms', { min: 0, max: 30_000, fallback: 1500 });
    return { down_ms: downMs, closed_connections: await context.restart(downMs) };
  },
};

/** @param {typeof commands} known @returns {import('./frames.js').Format} */
const answering = (known) => (socket, context) => {
  onTextFrame(socket, async (text) => {
    const parsed = parseJson(text);
    try {
      if ('problem' in parsed) throw new InputError(parsed.problem);
      const message = needObject(parsed.value, 'the message');
      const command = Object.hasOwn(known, message.cmd) ? known[message.cmd] : undefined;
      if (command === undefined) {
        throw new InputError(`"cmd" must be one of ${Object.keys(known).join(', ')}`, 'cmd');
      }
      sendJson(socket, { ok: true, result: await command(message, context) });
    } catch (error) {
      sendJson(socket, { ok: false, error: describeError(error) });
    }
  });
};

export const documents = answering(commands);
export const controls = answering(control);

/** @type {import('./frames.js').Format} */
export function discovery(socket, context) {
  onTextFrame(socket, (text) => {
    const parsed = parseJson(text);
    if ('value' in parsed && parsed.value?.type === 'utcp') sendJson(socket, context.manual());
    else socket.close(1008, 'send {"type":"utcp"} for the manual');
  });
}
