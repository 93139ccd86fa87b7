// Owns what the package weighs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { fromRoot } from '../../scripts/lib/repo.js';
import { newProject } from '../support/packed.js';

// Lower them whenever something gets smaller. They were raised for what masks secrets, judges failures and limits peers; for `connect`, missing
// arguments, JSON within JSON strings, warnings and `error_match`; for trace contexts and diagnostics channels; for checking connections after a
// sleep, 500; and for the call template's language: spread arguments, results by default, placeholders where they have no value, 2,208; progress
// and trace contexts in messages, 878; leave messages, 832; tools that services list themselves, 1,153; binary messages, 450; answers told by
// places and values, 615; `replies`, `frame` and prefixes, 2,490; the steps of `connect`, 3,750, 0.9 kB of them SHA-256 and its digests; ids that a first answer
// gives, and captured values in all messages, 3,730; several messages of a call, and arguments in chunks, 1,360; for calls kept by place and id,
// and their numbers sent as bytes, which makes each call cheaper, 630; for secrets in all of a template's own messages, and uploads to hosts that
// do not say what they hold, 310; for streams told by a name that their caller gives, connections that a peer gives up,
// and what it says before it closes, 790; for bounds of what is captured, new ids when leave messages go out, and iterables
// within arguments, 320; for tools that share all that a call touches, 320; for secrets of all their messages, 400. In bytes.
const pageLimit = 93_600;
const moduleLimit = 74_700;
const pluginLimit = 440;

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;
const brotli = (file) => brotliCompressSync(project.read('dist', file)).length;

before(async () => {
  project = await newProject();
});

after(() => project.remove());

// That this is all, tests/bundlers/plain.test.js sees in a browser.
test(`a page loads at most ${pageLimit} bytes with brotli`, (t) => {
  const [wasm, script] = [brotli('core.wasm'), brotli('index.js')];
  t.diagnostic(`core.wasm ${wasm} + index.js ${script} = ${wasm + script} bytes`);
  assert.ok(wasm + script <= pageLimit, `${wasm} + ${script} bytes`);
});

test(`wasm and glue are at most ${moduleLimit} bytes of it`, () => {
  const [wasm, glue] = [brotli('core.wasm'), brotliCompressSync(readFileSync(fromRoot('dist', 'core.js'))).length];
  assert.ok(wasm + glue <= moduleLimit, `${wasm} + ${glue} bytes`);
});

test(`the plugin for the SDK adds at most ${pluginLimit} bytes`, (t) => {
  const size = brotli('register.js');
  t.diagnostic(`register.js ${size} bytes`);
  assert.ok(size <= pluginLimit, `${size} bytes`);
  assert.match(String(project.read('dist', 'register.js')), /from"\.\/index\.js"/);
});
