// Owns the recipes that the page offers: those of docs/recipes.md, taken from it when the page is built, so that there is one of each.
import { readFileSync } from 'node:fs';

const document = new URL('../docs/recipes.md', import.meta.url);

/**
 * What is called first with a recipe. Those that are not here show how to authenticate, or belong to another.
 * @type {Record<string, { title: string, of?: string, tool: string, args: object, streams?: boolean }>}
 */
const first = {
  'json-rpc': { title: 'JSON-RPC 2.0', tool: 'text_statistics', args: { text: 'Any method, by its name.' } },
  devtools: {
    title: 'Chrome DevTools Protocol, node --inspect',
    tool: 'Runtime.evaluate',
    args: { expression: '6 * 7' },
  },
  'devtools-events': {
    ...{ title: 'Chrome DevTools Protocol, console', of: 'devtools' },
    ...{ tool: 'Runtime.enable', args: {}, streams: true },
  },
  graphql: { title: 'GraphQL', tool: 'query', args: { host: 'localhost' } },
  'graphql-subscription': {
    ...{ title: 'GraphQL, subscription', of: 'graphql' },
    ...{ tool: 'subscription', args: { host: 'localhost' }, streams: true },
  },
  mcp: { title: 'MCP', tool: 'echo', args: { message: 'hello' } },
  phoenix: { title: 'Phoenix channel', tool: 'ping', args: {} },
  'phoenix-events': { title: 'Phoenix channel, events', of: 'phoenix', tool: 'events', args: {}, streams: true },
  device: { title: 'Plain text', tool: 'read_sensor', args: { sensor: 'load' } },
};

/** @returns {{ name: string, title: string, template: any, tool: string, args: object, streams: boolean }[]} */
export function readRecipes() {
  const blocks = readFileSync(document, 'utf8').matchAll(/<!-- recipe: ([\w-]+) -->\n```json\n(.*?)\n```/gs);
  const templates = new Map(Array.from(blocks, ([, name, text]) => [name, JSON.parse(text)]));
  const templateOf = (/** @type {string} */ name) => {
    const found = templates.get(name);
    if (!found) throw new Error(`docs/recipes.md has no recipe ${name}`);
    return found.tools?.[0].tool_call_template ?? found;
  };
  return Object.entries(first).map(([name, { title, of, tool, args, streams = false }]) => ({
    ...{ name, title, tool, args, streams },
    template: { call_template_type: 'websocket', ...(of && templateOf(of)), ...templateOf(name) },
  }));
}

/** What the page imports, by name. @type {Record<string, () => string>} */
const modules = {
  'virtual:recipes': () => `export const recipes = ${JSON.stringify(readRecipes())};`,
  // What the list shows, which is there before anything else.
  'virtual:recipe-titles': () =>
    `export const titles = ${JSON.stringify(readRecipes().map(({ name, title }) => ({ name, title })))};`,
};

/** For Vite. */
export const recipes = {
  name: 'recipes',
  resolveId: (/** @type {string} */ id) => (id in modules ? `\0${id}` : undefined),
  load: (/** @type {string} */ id) => modules[id.slice(1)]?.(),
};
