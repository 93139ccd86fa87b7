// Loading the wasm module: from where, what happens when it cannot be loaded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as library from '../../js/api/index.js';
import { wasmBytes, wasmUrl } from '../support/wasm.js';

/** A loader that has loaded nothing yet. */
let loaders = 0;
const newLoader = () => import(`../../js/core/module.js?loader=${++loaders}`);
const works = ({ runningInstance }) =>
  assert.equal(runningInstance().core.isSecureWebSocketUrl('wss://x.example/'), true);

test('before ready(), pure functions say what to do', () => {
  assert.throws(() => library.isSecureWebSocketUrl('wss://x.example/'), /await ready\(\) first/);
});

test('ready() loads by itself, once', async () => {
  const loader = await newLoader();
  await Promise.all([loader.ready(), loader.ready()]);
  const first = loader.runningInstance();
  await loader.ready(new Uint8Array([1]));
  assert.equal(loader.runningInstance(), first);
  works(loader);
});

for (const [what, source] of [
  ['bytes', () => wasmBytes()],
  ['an ArrayBuffer', () => new Uint8Array(wasmBytes()).buffer],
  ['a compiled module', () => new WebAssembly.Module(wasmBytes())],
  ['a URL', () => wasmUrl],
  ['a string', () => pathToFileURL(fileURLToPath(wasmUrl)).href],
  ['a Response', () => new Response(wasmBytes(), { headers: { 'Content-Type': 'application/wasm' } })],
  ['a Response of another type', () => new Response(wasmBytes())],
]) {
  test(`ready() takes ${what}`, async () => {
    const loader = await newLoader();
    await loader.ready(source());
    works(loader);
  });
}

for (const [what, source, cause] of [
  ['bytes that are no wasm', new Uint8Array([1, 2, 3, 4]), /magic|wasm/],
  ['a file that is not there', new URL('./nothing.wasm', import.meta.url), /ENOENT/],
  ['an HTTP error', new Response('gone', { status: 404 }), /HTTP status 404/],
  ['no URL', 'http://[', /Invalid URL/],
  ['something else', 7, /takes a URL/],
]) {
  test(`${what}: rejects with module_failed, and the next call tries again`, async () => {
    const loader = await newLoader();
    await assert.rejects(loader.ready(source), (error) => {
      assert.equal(error.code, 'module_failed');
      assert.equal(error.fault, 'library');
      assert.match(error.message, /core\.wasm/);
      assert.match(error.cause.message, cause);
      return true;
    });
    await loader.ready();
    works(loader);
  });
}

test('importing the package has no side effect: nothing is loaded, nothing is looked up', async () => {
  const { runningInstance } = await import('../../js/core/module.js');
  assert.equal(runningInstance(), undefined);
});
