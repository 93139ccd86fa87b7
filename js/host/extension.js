// Owns detecting the service worker of a browser extension. Must not know the consequences.

/**
 * Chromium stops such a worker, and its connections with it, after 30 seconds without an event; a message on a WebSocket counts as one.
 * https://developer.chrome.com/docs/extensions/how-to/web-platform/websockets
 * @returns {number | undefined} seconds; undefined: any
 */
export function longestPingInterval() {
  return 'skipWaiting' in globalThis && globalThis.location?.protocol.endsWith('-extension:') ? 20 : undefined;
}
