// The faults that `npm run mutate` plants: the same for the same seed, each one change of code, none in a comment or a text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, mutantsOf, mutate } from '../../scripts/lib/mutants.js';

const source = `#include <a>  // if (a < b) {}
/* true && false */
bool f(int a, const std::vector<int>& list) {
  if (!list.empty() && a <= 0x10) return true;  // and a == 1
  count_ += 1;
  call("a < b", 'x', a + 12'345);
  return a == 7;
}
`;

test('faults lie in code alone, and each changes one place', () => {
  const all = mutantsOf('f.cpp', source).map((mutant) => [mutant, mutate(source, mutant)]);
  const changed = all.map(([{ line, from, to }, text]) => {
    assert.notEqual(text, source);
    assert.equal(text.split('\n').filter((one, i) => one !== source.split('\n')[i]).length, 1);
    return `${line} ${from} ${to}`;
  });
  assert.deepEqual(changed.sort(), [
    '4 ! ',
    '4 && ||',
    '4 <= <',
    '4 true false',
    '5 += -=',
    '5 1 2',
    '5 count_ += 1; ;',
    `6 + -`,
    `6 call("a < b", 'x', a + 12'345); ;`,
    '7 7 8',
    '7 == !=',
  ]);
});

test('JavaScript is changed in the same way', () => {
  const text = "import { a } from './a.js';\nconst b = `a < b` === c;\n  this.#count -= 1;\n  if (a !== b) done(1);\n";
  const changed = mutantsOf('f.js', text).map(({ line, from, to }) => `${line} ${from} ${to}`);
  assert.deepEqual(changed, ['2 === !==', '3 this.#count -= 1; ;', '3 -= +=', '3 1 2', '4 !== ===', '4 1 2']);
});

test('a seed draws the same again, another seed others', () => {
  const all = Array.from({ length: 100 }, (_, i) => i);
  assert.deepEqual(draw(all, 10, 1), draw(all, 10, 1));
  assert.notDeepEqual(draw(all, 10, 1), draw(all, 10, 2));
  assert.equal(new Set(draw(all, 1000, 3)).size, 100);
});
