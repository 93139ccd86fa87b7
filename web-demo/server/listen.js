// Owns binding a server to a port of this machine, and closing it with everything that hangs on it.

/**
 * Tries the port; where another program has it, takes a free one if `fallback` allows.
 * @param {import('node:http').Server} server
 * @param {{ port: number, host: string, fallback?: boolean }} place
 * @returns {Promise<number>} the port
 */
export async function listen(server, { port, host, fallback = false }) {
  /** @param {number} wanted */
  const attempt = (wanted) =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, host, () => {
        server.off('error', reject);
        resolve(undefined);
      });
    });
  try {
    await attempt(port);
  } catch (error) {
    if (!fallback || /** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error;
    await attempt(0);
  }
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

/**
 * @param {import('node:http').Server} server
 * @returns {Promise<void>}
 */
export function closeServer(server) {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * Pages of this machine and programs may connect. Other pages that the browser has open may not: without this check
 * any web site could read this machine's metrics through a WebSocket.
 * @param {string | undefined} origin
 * @returns {boolean}
 */
export function isLocalOrigin(origin) {
  if (origin === undefined) return true;
  return /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/.test(origin);
}
