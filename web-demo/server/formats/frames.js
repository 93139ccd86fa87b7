// Owns what every wire format does with a socket: read text frames one after the other, parse JSON, send an answer.
// Must not know any tool.

/**
 * @typedef {import('ws').WebSocket} Socket
 * @typedef {{ sampler: import('../tools/metrics.js').Sampler, search: () => Promise<import('../tools/search.js').SearchIndex>,
 *   manual: () => object, restart: (downMs: number) => Promise<number> }} Context what the provider shares with every format
 * @typedef {(socket: Socket, context: Context) => void} Format serves one connection
 */

/**
 * Calls back for each frame in order, the next one when the callback's promise has resolved.
 * @param {Socket} socket
 * @param {(text: string) => Promise<void> | void} handle
 */
export function onTextFrame(socket, handle) {
  let last = Promise.resolve();
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      socket.close(1003, 'this path takes text frames only');
      return;
    }
    last = last
      .then(() => handle(String(data)))
      .catch((error) => {
        console.error('demo provider: unexpected error', error);
        socket.close(1011, 'the provider failed');
      });
  });
}

/**
 * @param {Socket} socket
 * @param {unknown} value
 */
export function sendJson(socket, value) {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(value));
}

/**
 * As sendJson, and resolves when the socket took it, so that a long answer cannot run ahead of a slow reader.
 * @param {Socket} socket
 * @param {unknown} value
 * @returns {Promise<void>}
 */
export function sendJsonAndWait(socket, value) {
  return new Promise((resolve) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(value), () => resolve());
    else resolve();
  });
}

/**
 * @param {string} text
 * @returns {{ value: any } | { problem: string }}
 */
export function parseJson(text) {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: `the frame is not JSON: ${error instanceof Error ? error.message : error}` };
  }
}

/**
 * A signal that aborts when the socket has closed, so that nothing works for a caller who has left.
 * @param {Socket} socket
 * @returns {AbortSignal}
 */
export function signalOf(socket) {
  const controller = new AbortController();
  socket.once('close', () => controller.abort());
  return controller.signal;
}
