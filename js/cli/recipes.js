// Owns the recipes, which the build reads from docs/recipes.md. Must not know their purpose.
import { readFileSync } from 'node:fs';
import { UsageError } from './usage.js';

/** @typedef {{ name: string, title: string, template: import('./input.js').JsonObject }} Recipe */

/** @returns {Recipe[]} */
export const readRecipes = () =>
  JSON.parse(readFileSync(new URL('../../dist/cli/recipes.json', import.meta.url), 'utf8'));

/** @param {string} name */
export function recipeOf(name) {
  const recipes = readRecipes();
  const found = recipes.find((recipe) => recipe.name === name);
  if (!found)
    throw new UsageError(`there is no recipe ${name}; there are ${recipes.map((one) => one.name).join(', ')}`);
  return found;
}
