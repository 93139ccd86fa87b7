// Owns what `--frames` shows: every frame with its content and the time, without what the environment gave. Must not know calls.
import { SHORTEST_SECRET, secrets } from './input.js';
import { harmless, summary } from './terminal.js';

/** UTF-16 code units of a frame that are shown. */
const LONGEST = 2000;

/** A text without secrets, also as they stand in JSON, in a URL and in Base64. @param {string} text */
export function masked(text) {
  const forms = [...secrets].flatMap((secret) => {
    const base64 = Buffer.from(secret).toString('base64');
    return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64];
  });
  // The longest first: one may begin as another does, whose rest would stay.
  forms.sort((a, b) => b.length - a.length);
  return forms.reduce((shown, form) => shown.replaceAll(form, '***'), text);
}

/** @param {unknown} value what authenticates */
export function keepSecret(value) {
  if (typeof value === 'string' && value.length >= SHORTEST_SECRET) secrets.add(value);
}

/** @param {unknown} data @returns {string} what is shown of a frame */
export function frameText(data) {
  if (typeof data !== 'string') return summary(new Uint8Array(/** @type {ArrayBuffer} */ (data)));
  const text = harmless(masked(data));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} … (${data.length} characters)` : text;
}

/**
 * A constructor like `Base` whose sockets report what they send and receive.
 * @param {any} Base
 * @param {(direction: '>' | '<', text: string, seconds: number) => void} tell
 * @returns {any}
 */
export function withFrames(Base, tell) {
  const start = performance.now();
  const seen = (/** @type {'>' | '<'} */ direction, /** @type {unknown} */ data) =>
    tell(direction, frameText(data), (performance.now() - start) / 1000);
  return class extends Base {
    /** @param {any[]} given */
    constructor(...given) {
      super(...given);
      this.addEventListener('message', (/** @type {{ data: unknown }} */ { data }) => seen('<', data));
    }

    /** @param {any} data @param {any[]} more */
    send(data, ...more) {
      seen('>', data);
      return super.send(data, ...more);
    }
  };
}
