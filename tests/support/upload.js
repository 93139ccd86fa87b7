// What tests of calls that send an async iterable have in common: a template, a server that listens, and things that give chunks.
import { startServer } from './server.js';

/** Of a call whose argument `audio` comes in chunks. */
export const upload = { messages: [{ type: 'start' }, { chunk: '{{args.audio}}' }, { type: 'end' }] };

/** A server that answers with `ended` when it has heard the end of an upload, and that keeps what came as JSON. */
export async function startListener(t, answer = (socket, { type }) => type === 'end' && socket.send('ended')) {
  const heard = [];
  const server = await startServer(t, (socket, text) => {
    heard.push(JSON.parse(text));
    answer(socket, heard.at(-1));
  });
  return Object.assign(server, { heard, chunks: () => heard.flatMap((one) => one.chunk ?? []) });
}

/** Gives these values, one by one. */
export async function* given(...values) {
  yield* values;
}

/** Gives values of one's own making, and counts what is asked of it. */
export function source(next) {
  const asked = { nexts: 0, returns: 0 };
  return Object.assign(asked, {
    [Symbol.asyncIterator]: () => ({
      next: () => next(asked.nexts++),
      return: () => {
        asked.returns += 1;
        return { done: true };
      },
    }),
  });
}
export const never = () => new Promise(() => {});
export const firstOnly = (n) => (n === 0 ? { value: 'first' } : never());
