// Owns what is kept on this machine from one visit to the next: endpoints that the user saved, and the calls that were made. Both are
// links, so no secret is in them. Must not know what a link says.
import { run } from './run.svelte.js';
import { setup } from './setup.svelte.js';

/** So many calls are kept. */
const mostCalls = 50;
/** A call whose arguments are longer is not kept, in characters. */
const longest = 20_000;

/** @typedef {{ at: number, hash: string, tool: string, streams: boolean, outcome: string }} KeptCall `at`: as `Date.now()` says */

/** A list that is written whenever it changes. @template T */
class List {
  /** @type {readonly T[]} */
  items = $state.raw([]);
  #place;

  /** @param {string} place @param {(item: any) => unknown} linkOf the link in an item: what has none was not written here */
  constructor(place, linkOf) {
    this.#place = place;
    try {
      this.items = JSON.parse(localStorage.getItem(place) ?? '[]').filter(
        (/** @type {any} */ item) => typeof linkOf(item) === 'string',
      );
    } catch {} // what cannot be read is not there
  }

  /** @param {readonly T[]} items */
  set(items) {
    this.items = items;
    try {
      localStorage.setItem(this.#place, JSON.stringify(items));
    } catch {} // kept for this visit only, then
  }
}

/** Links of endpoints. @type {List<string>} */
export const endpoints = new List('inspector-endpoints', (link) => link);

/** The last one first. @type {List<KeptCall>} */
export const calls = new List('inspector-calls', (call) => call?.hash);

/** The URL that a saved endpoint shows. @param {string} hash */
export const urlOf = (hash) => new URLSearchParams(hash.slice(1)).get('url') ?? '';

/** Whether it is the one that is set up now, so that it need not be connected to anew. @param {string} hash */
export function isHere(hash) {
  const [here, there] = [setup.endpoint, hash].map((one) => new URLSearchParams(one.slice(1)));
  const names = [...new Set([...here.keys(), ...there.keys()])];
  const ofTool = ['tool', 'name', 'args', 'template', 'tab', 'calls', 'pause', 'again'];
  return names.every((name) => ofTool.includes(name) || here.get(name) === there.get(name));
}

run.onEnd = (streams, outcome) => {
  const { hash, tool, name, recipe } = setup;
  if (hash.length > longest) return;
  const call = { at: Date.now(), hash, tool: recipe === '' ? tool : name, streams, outcome };
  // The same call again takes the place of the one before.
  const others = calls.items.filter((one) => one.hash !== hash || one.streams !== streams);
  calls.set([call, ...others].slice(0, mostCalls));
};
