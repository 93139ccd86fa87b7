// Owns what is different in the service worker of a browser's extension. Must not know what follows from it.

/**
 * Chromium stops such a worker, and its connections with it, after 30 seconds without an event; a message on a WebSocket counts as one.
 * https://developer.chrome.com/docs/extensions/how-to/web-platform/websockets
 * @returns {number | undefined} seconds; undefined: any
 */
export function longestPingInterval() {
  return 'skipWaiting' in globalThis && globalThis.location?.protocol.endsWith('-extension:') ? 20 : undefined;
}
