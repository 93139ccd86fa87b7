// Owns the path where an object says which command it is: {"cmd":"search",…} and {"cmd":"read",…}, answered with
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

/** @type {import('./frames.js').Format} */
export function documents(socket, context) {
  onTextFrame(socket, async (text) => {
    const parsed = parseJson(text);
    try {
      if ('problem' in parsed) throw new InputError(parsed.problem);
      const message = needObject(parsed.value, 'the message');
      const command = Object.hasOwn(commands, message.cmd) ? commands[message.cmd] : undefined;
      if (command === undefined) {
        throw new InputError(`"cmd" must be one of ${Object.keys(commands).join(', ')}`, 'cmd');
      }
      sendJson(socket, { ok: true, result: await command(message, context) });
    } catch (error) {
      sendJson(socket, { ok: false, error: describeError(error) });
    }
  });
}

/** @type {import('./frames.js').Format} */
export function discovery(socket, context) {
  onTextFrame(socket, (text) => {
    const parsed = parseJson(text);
    if ('value' in parsed && parsed.value?.type === 'utcp') sendJson(socket, context.manual());
    else socket.close(1008, 'send {"type":"utcp"} for the manual');
  });
}
