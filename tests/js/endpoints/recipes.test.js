// The recipes of the documents are the ones that the tests of this folder, of tests/js/auth and of tests/browser/services run: none is left out, and each is valid as it stands.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseManual, ready, validateCallTemplate } from '../../../js/api/index.js';
import { recipes, recipeTexts } from '../../support/endpoints.js';
import { readmeBlocks } from '../../support/readme.js';

test('every JSON block of these documents is a recipe, and every recipe is used by a test', () => {
  assert.equal(recipes.size, recipeTexts.flatMap((text) => readmeBlocks('json', text)).length);
  const tests = ['.', '../auth/', '../../browser/services/']
    .map((path) => new URL(path, import.meta.url))
    .flatMap((folder) => readdirSync(folder).map((file) => new URL(file, folder)))
    .filter((file) => file.href !== import.meta.url)
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
  for (const name of recipes.keys()) assert.ok(tests.includes(`'${name}'`), `no test uses the recipe ${name}`);
});

test('every recipe is valid with the URL that it shows', async () => {
  await ready();
  for (const [name, recipe] of recipes) {
    if (recipe.tools) {
      assert.deepEqual(
        parseManual(recipe).tools.map((tool) => tool.name),
        recipe.tools.map((tool) => tool.name),
      );
    } else {
      const base = recipes.get(name.replace(/-[^-]*$/, ''));
      assert.ok(validateCallTemplate({ ...base, ...recipe }).url, name);
    }
  }
});
