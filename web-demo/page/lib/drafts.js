// Owns what the user has set up for each tool while another one is chosen. It lives as long as the tab, reloads included, and no longer.
// Must not keep secrets.
import { prettyJson } from './pretty.js';
import { setup, shareable } from './setup.svelte.js';

/** @typedef {{ argsText: string, templateText: string, calls: number, pause: number, again: boolean }} Draft */

/** How a tool is called at first; its arguments are its own. */
export const untouched = { templateText: '', tab: 'arguments', calls: 1, pause: 0, again: false };

const place = 'inspector-drafts';

class Drafts {
  /** @type {Map<string, Draft>} by endpoint and tool */
  #all = stored();

  /** What was set up for it. @param {string} tool */
  get(tool) {
    return this.#all.get(keyOf(tool));
  }

  /** What is set up now is this tool's. @param {string} tool */
  put(tool) {
    const { argsText, templateText, calls, pause, again } = setup;
    this.#all.set(keyOf(tool), { argsText, templateText, calls, pause, again });
    const kept = [...this.#all].map(([key, draft]) => [key, withoutSecrets(draft)]);
    try {
      sessionStorage.setItem(place, JSON.stringify(kept));
    } catch {} // not kept over a reload, then
  }
}

/** @param {string} tool */
const keyOf = (tool) => `${setup.endpoint} ${tool}`;

/** @param {Draft} draft @returns {Draft} */
function withoutSecrets({ argsText, templateText, ...rest }) {
  const kept = (/** @type {string} */ text) => prettyJson(shareable(text)) ?? shareable(text);
  return { ...rest, argsText: kept(argsText), templateText: kept(templateText) };
}

/** @returns {Map<string, Draft>} */
function stored() {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(place) ?? '[]'));
  } catch {
    return new Map();
  }
}

export const drafts = new Drafts();
