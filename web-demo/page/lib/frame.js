// Owns what the timeline keeps of a frame: its size on the wire, and its content without the secret.
// Must not know rows or events.
import { hide, writtenForms } from './secrets.js';

const utf8 = new TextEncoder();

/** Bytes of the payload: a text goes over the wire as UTF-8. @param {string | ArrayBuffer | ArrayBufferView} data */
export const sizeOf = (data) => (typeof data === 'string' ? utf8.encode(data).length : data.byteLength);

/** @param {string | ArrayBuffer | Uint8Array} data @param {string} secret */
export const contentOf = (data, secret) =>
  typeof data === 'string' ? hide(data, secret) : starOut(new Uint8Array(data), secret);

/** A placeholder would move all that follows, and bytes are read by their places. @param {Uint8Array} bytes @param {string} secret */
function starOut(bytes, secret) {
  let shown = bytes;
  for (const written of writtenForms(secret).map((form) => utf8.encode(form))) {
    if (written.length < 4) continue; // shorter ones would be found everywhere
    for (let at = shown.indexOf(written[0]); at >= 0; at = shown.indexOf(written[0], at + 1)) {
      if (written.some((byte, index) => byte !== shown[at + index])) continue;
      if (shown === bytes) shown = bytes.slice();
      shown.fill(0x2a, at, at + written.length);
    }
  }
  return shown;
}

/**
 * The start of a content, in memory of its own: a slice of a text would keep the whole text.
 * @param {string | Uint8Array} content @param {number} most
 */
export const startOf = (content, most) =>
  typeof content === 'string' ? JSON.parse(JSON.stringify(content.slice(0, most))) : content.slice(0, most);
