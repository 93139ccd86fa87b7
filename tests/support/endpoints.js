// The recipes of docs/recipes.md and the README, for the tests that drive real endpoints with them: a recipe is the JSON block below `<!-- recipe: NAME -->`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { failure, newProtocol } from './server.js';

/** Where they stand: how to authenticate, in the README. */
export const recipeTexts = ['README.md', 'docs/recipes.md'].map((file) =>
  readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'),
);

/** Every recipe by its name: a call template, a manual, or the members in which one template differs from another. */
export const recipes = new Map(
  [...recipeTexts.join('\n').matchAll(/^<!-- recipe: ([\w-]+) -->\n```json\n(.*?)^```$/gms)].map(([, name, json]) => [
    name,
    JSON.parse(json),
  ]),
);

/** The template that these recipes make together, at this server. */
export function recipe(server, ...names) {
  const parts = names.map((name) => recipes.get(name));
  assert.ok(!parts.includes(undefined), `there is no recipe ${names[parts.indexOf(undefined)]}`);
  return at(server, Object.assign({ call_template_type: 'websocket' }, ...parts));
}

/** A template with the server's host and port, and its own path and query. */
export function at(server, template) {
  const { pathname, search } = new URL(template.url);
  return { ...template, url: new URL(pathname + search, server.url).href };
}

/** Holds `count` values until all have come, then gives them back, the last one first, each in a turn of its own. */
export function lastFirst(count) {
  const held = [];
  const release = () => {
    held.pop()();
    if (held.length > 0) setImmediate(release);
  };
  return (value) =>
    new Promise((resolve) => {
      held.push(() => resolve(value));
      if (held.length === count) setImmediate(release);
    });
}

/** Makes `count` calls at once; what they resolve with, and in which order they did. */
export async function callAtOnce(count, call) {
  const order = [];
  const calls = Array.from({ length: count }, async (_, n) => {
    const result = await call(n);
    order.push(n);
    return result;
  });
  return { results: await Promise.all(calls), order };
}

/**
 * Lets in only who has a password, by HTTP, as what stands before a service without one does (a reverse proxy). Who has another is refused
 * at the first attempt; resolves with what this call of the tool gives with the right one.
 */
export async function askForPassword(t, server, template, tool, args = {}) {
  let asked = 0;
  server.wss.options.verifyClient = ({ req }, done) => {
    asked += 1;
    done(req.headers.authorization === `Basic ${btoa('agent:let-me-in')}`, 401);
  };
  const protocol = newProtocol(t);
  const call = (password) =>
    protocol.callTool(null, tool, args, { ...template, auth: { auth_type: 'basic', username: 'agent', password } });
  const error = await failure(call('wr0ng-word'));
  assert.equal(error.name, 'WebSocketAuthError');
  assert.equal(error.httpStatus, 401);
  assert.ok(!error.message.includes('wr0ng-word'));
  assert.equal(asked, 1);
  return await call('let-me-in');
}
