// Owns the recipes that the page offers: those of docs/recipes.md, taken from it when the page is built, so that there is one of each.
import { readRecipes as readAll } from '../scripts/lib/recipes.js';

/**
 * What is called first with a recipe; one that is not here is not offered.
 * @type {Record<string, { tool: string, args: object, streams?: boolean }>}
 */
const first = {
  'json-rpc': { tool: 'text_statistics', args: { text: 'Any method, by its name.' } },
  devtools: { tool: 'Runtime.evaluate', args: { expression: '6 * 7' } },
  'devtools-events': { tool: 'events', args: { domain: 'Runtime', event: 'consoleAPICalled' }, streams: true },
  graphql: { tool: 'query', args: { host: 'localhost' } },
  'graphql-subscription': { tool: 'subscription', args: { host: 'localhost' }, streams: true },
  mcp: { tool: 'echo', args: { message: 'hello' } },
  phoenix: { tool: 'ping', args: {} },
  'phoenix-events': { tool: 'events', args: {}, streams: true },
  socketio: { tool: 'message', args: { text: 'hello' } },
  'socketio-events': { tool: 'listen', args: {}, streams: true },
  signalr: { tool: 'Echo', args: { text: 'hello' } },
  'signalr-stream': { tool: 'Counter', args: { count: 3 }, streams: true },
  trpc: { tool: 'greeting', args: { name: 'you' } },
  'trpc-subscription': { tool: 'onPost', args: {}, streams: true },
  'nostr-query': { tool: 'query', args: { kinds: [1], limit: 10 } },
  'nostr-feed': { tool: 'feed', args: { kinds: [1] }, streams: true },
  stomp: { tool: 'send', args: { text: 'hello' } },
  'stomp-subscription': { tool: 'orders', args: {}, streams: true },
  ethereum: { tool: 'eth_blockNumber', args: {} },
  'ethereum-subscription': { tool: 'eth_subscribe', args: { params: ['newHeads'] }, streams: true },
  'home-assistant': { tool: 'get_states', args: {} },
  'home-assistant-events': { tool: 'events', args: { event_type: 'state_changed' }, streams: true },
  obs: { tool: 'GetVersion', args: {} },
  'obs-events': { tool: 'events', args: { event: 'CurrentProgramSceneChanged' }, streams: true },
  device: { tool: 'read_sensor', args: { sensor: 'load' } },
};

/** @returns {{ name: string, title: string, template: any, tool: string, args: object, streams: boolean, hasSecret: boolean }[]} */
export function readRecipes() {
  const known = new Map(readAll().map((recipe) => [recipe.name, recipe]));
  return Object.entries(first).map(([name, { tool, args, streams = false }]) => {
    const recipe = known.get(name);
    if (!recipe) throw new Error(`docs/recipes.md has no recipe ${name}`);
    // A user's name is no secret: it is changed in the template.
    const text = JSON.stringify({ call_template_type: 'websocket', ...recipe.template }).replace(
      /\$\{\w*_LOGIN\}/,
      'guest',
    );
    // The page has one field for a secret, and its own name for what is in it.
    const template = JSON.parse(text.replaceAll(/\$\{\w+\}/g, '$${SECRET}'));
    return { name, title: recipe.title, template, tool, args, streams, hasSecret: /\$\{\w+\}/.test(text) };
  });
}

/** What the page imports, by name. @type {Record<string, () => string>} */
const modules = {
  'virtual:recipes': () => `export const recipes = ${JSON.stringify(readRecipes())};`,
  // What the list shows, which is there before anything else.
  'virtual:recipe-titles': () =>
    `export const titles = ${JSON.stringify(readRecipes().map(({ name, title, hasSecret }) => ({ name, title, ...(hasSecret && { hasSecret }) })))};`,
};

/** For Vite. */
export const recipes = {
  name: 'recipes',
  resolveId: (/** @type {string} */ id) => (id in modules ? `\0${id}` : undefined),
  load: (/** @type {string} */ id) => modules[id.slice(1)]?.(),
};
