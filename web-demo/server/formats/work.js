// Owns calls that take a while, any number at a time on one connection: {"id":…,"delay_ms":…} is answered after its delay with
// {"id":…,"result":…}, or {"id":…,"error":…}. Answers come in the order in which they are done. With "together": n a call
// waits until so many are in flight, however slow their caller is.

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
  /** @type {((value?: unknown) => void)[]} */
  const waiting = [];

  /** @param {unknown} id @param {number} delay @param {number} together */
  const answer = async (id, delay, together) => {
    working += 1;
    most = Math.max(most, working);
    if (working < together) await new Promise((resolve) => waiting.push(resolve));
    else for (const resolve of waiting.splice(0)) resolve();
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
      const args = needObject(message, 'the message');
      const delay = needInteger(args, 'delay_ms', { min: 0, max: 60_000 });
      const together = needInteger(args, 'together', { min: 1, max: 10_000, fallback: 1 });
      void answer(message.id, delay, together);
    } catch (error) {
      sendJson(socket, { id: message?.id ?? null, error: describeError(error) });
    }
  });
}
