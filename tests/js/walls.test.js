// The rooms of js/ see each other in one direction only, also in the types that they name.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../js/', import.meta.url));

/** What each room may see besides itself. `types` holds no code; `dist` is what the build makes of the C++ side. */
const maySee = {
  base: ['types', 'dist'],
  host: ['base', 'types', 'dist'],
  core: ['host', 'base', 'types', 'dist'],
  api: ['core', 'base', 'types', 'dist'],
  cli: ['api', 'types'],
  types: ['base', 'core', 'api'],
};

/** @param {string} text @returns {string[]} the relative modules that it names: imports, dynamic ones, and those of types */
const named = (text) => Array.from(text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g), ([, path]) => path);

/** @param {string} room @param {string} path as it stands in a file of that room */
function roomOf(room, path) {
  const parts = join(room, path).split('/');
  return parts[0] === '..' ? parts[1] : parts[0];
}

test('the pattern finds every way of naming a module', () => {
  const text = `import a from '../x/a.js'; export {b} from './b.js'; await import('../y/c.js'); /** @import { D } from '../z/d.js' */
    /** @type {import('../w/e.js').E} */ import '../v/f.js';`;
  assert.deepEqual(
    named(text).map((path) => roomOf('here', path)),
    ['x', 'here', 'y', 'z', 'w', 'v'],
  );
});

for (const [room, seen] of Object.entries(maySee)) {
  test(`js/${room} sees ${seen.join(', ')}`, () => {
    for (const file of readdirSync(join(root, room))) {
      const text = readFileSync(join(root, room, file), 'utf8');
      const wrong = named(text).filter((path) => ![room, ...seen].includes(roomOf(room, path)));
      assert.deepEqual(wrong, [], `js/${room}/${file}`);
    }
  });
}

test('there is no other room', () => {
  assert.deepEqual(
    readdirSync(root).filter((name) => !(name in maySee)),
    ['cjs'],
  );
});
