// Owns what docs/recipes.md holds: the recipes, for the program for the command line and the inspector, so that there is one of each.
import { readFileSync } from 'node:fs';
import { fromRoot } from './repo.js';

export const recipesFile = 'docs/recipes.md';

/**
 * Each with the heading that it stands below. One without a URL has the members in which it differs from the one whose name it begins with.
 * @returns {{ name: string, title: string, template: any }[]}
 */
export function readRecipes() {
  const recipes = new Map();
  let heading = '';
  for (const [, title, name, text] of readFileSync(fromRoot(recipesFile), 'utf8').matchAll(
    /^## ([^\n]*)$|^<!-- recipe: ([\w-]+) -->\n```json\n(.*?)^```$/gms,
  )) {
    if (title !== undefined) {
      heading = title;
      continue;
    }
    const read = JSON.parse(text);
    const template = read.tools?.[0].tool_call_template ?? read;
    const [, base = '', variant] = /^(.*)-(.*)$/.exec(name) ?? [];
    const recipe = template.url
      ? { title: heading, template }
      : { title: `${heading}: ${variant}`, template: { ...recipes.get(base).template, ...template } };
    recipes.set(name, { name, ...recipe });
  }
  return [...recipes.values()];
}
