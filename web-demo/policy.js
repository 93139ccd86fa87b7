// Owns what the page may load and where it may connect: the same policy in the built page and in the server's header.
import { createHash } from 'node:crypto';

/**
 * The page may connect where the package itself would: to secure hosts and to this machine.
 * @param {string} html whose inline scripts are allowed by their hashes
 * @returns {string}
 */
export function contentSecurityPolicy(html) {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'self'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...inline].join(' '),
    "connect-src 'self' wss: https: ws://127.0.0.1:* ws://localhost:* http://127.0.0.1:* http://localhost:*",
    "img-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
