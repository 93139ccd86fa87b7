// Owns calls that take a while, any number at a time on one connection: {"id":…,"delay_ms":…} is answered after its delay with
// {"id":…,"result":…}, or {"id":…,"error":…}. Answers come in the order in which they are done.

import { setTimeout as wait } from 'node:timers/promises';

import { describeError, needInteger, needObject } from '../tools/errors.js';
import { onTextFrame, parseJson, sendJson } from './frames.js';

let connections = 0;

/** @type {import('./frames.js').Format} */
export function work(socket) {
  connections += 1;
  const connection = connections;
  let working = 0;
  let most = 0;

  /** @param {unknown} id @param {number} delay */
  const answer = async (id, delay) => {
    working += 1;
    most = Math.max(most, working);
    // Not all at once: so answers overtake each other, and all the same each finds its call.
    const duration = Math.round(delay * (0.5 + Math.random() / 2));
    await wait(duration, undefined, { ref: false });
    sendJson(socket, { id, result: { worked_ms: duration, connection, in_flight: working, most_in_flight: most } });
    working -= 1;
  };

  onTextFrame(socket, (text) => {
    const parsed = parseJson(text);
    const message = 'value' in parsed ? parsed.value : undefined;
    try {
      const delay = needInteger(needObject(message, 'the message'), 'delay_ms', { min: 0, max: 60_000 });
      void answer(message.id, delay);
    } catch (error) {
      sendJson(socket, { id: message?.id ?? null, error: describeError(error) });
    }
  });
}
