// Owns what docs/recipes.md holds: the recipes, for the program for the command line and the inspector, so that there is one of each.
import { readFileSync } from 'node:fs';
import { fromRoot } from './repo.js';

export const recipesFile = 'docs/recipes.md';

/**
 * Each with the heading that it stands below. One without a URL has the members in which it differs from the one whose name its own begins with.
 * @returns {{ name: string, title: string, template: any }[]}
 */
export function readRecipes() {
  const recipes = new Map();
  let heading = '';
  const parts = /^## ([^\n]*)$|^<!-- recipe: ([\w-]+) -->\n```json\n(.*?)^```$/gms;
  for (const [, found, name, json] of readFileSync(fromRoot(recipesFile), 'utf8').matchAll(parts)) {
    heading = found ?? heading;
    if (name === undefined) continue;
    const read = JSON.parse(json);
    const own = read.tools?.[0].tool_call_template ?? read;
    const [, base = '', variant] = /^(.*)-(.*)$/.exec(name) ?? [];
    const first = recipes.get(base);
    const title = first ? `${heading}: ${variant}` : heading;
    recipes.set(name, { name, title, template: own.url ? own : { ...first.template, ...own } });
  }
  return [...recipes.values()];
}
