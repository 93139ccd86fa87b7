// Owns the wasm module: loading it once, the one running instance that all protocols share, replacing it when it has failed.
// Must not know what the instance is used for.
import createCore, { wasmUrl } from '../dist/core.js';
import { setErrorTable, UtcpWebSocketError } from './errors.js';
import { Socket } from './socket.js';

/** @import { WasmSource } from './types.js' */

/** @type {Promise<WebAssembly.Module> | undefined} */
let compiled;
/** @type {Promise<Instance> | undefined} */
let starting;
/** @type {Instance | undefined} */
let running;

/** One running copy of the module. After a trap or a failed allocation it is dead, and the next call starts another. */
export class Instance {
  /** @param {import('../dist/core.js').CoreModule} core */
  constructor(core) {
    this.core = core;
    this.dead = false;
    /** Called with the error when the instance dies. @type {Set<{ deref(): { moduleFailed(error: Error): void } | undefined }>} */
    this.users = new Set();
  }

  /**
   * Calls into the module.
   * @template T
   * @param {() => T} entry
   * @returns {T} throws `module_failed` where the module does
   */
  run(entry) {
    try {
      return entry();
    } catch (cause) {
      throw this.fail(cause);
    }
  }

  /**
   * The instance cannot be used any more: whatever was in flight on it is lost.
   * @param {unknown} cause what its wasm threw
   */
  fail(cause) {
    const error = moduleFailed(
      'the WebAssembly module failed and lost what was in flight; the next call starts it anew',
      cause,
    );
    if (this.dead) return error;
    this.dead = true;
    if (running === this) {
      running = undefined;
      starting = undefined;
      start().catch(() => {}); // so that the pure functions work again soon
    }
    for (const user of this.users) user.deref()?.moduleFailed(error);
    this.users.clear();
    return error;
  }
}

/**
 * Loads the wasm module, once; later calls only wait for it. Calls do that by themselves: this is for the pure functions,
 * which need it loaded, and for hosts where the default location does not work.
 * @param {WasmSource} [source] URL, bytes, a `Response` or a compiled module; default: `core.wasm` of this package. Ignored
 *   once loading has begun
 * @returns {Promise<void>} rejects with `module_failed`; the next call tries again
 */
export async function ready(source) {
  await start(source);
}

/**
 * @param {WasmSource} [source]
 * @returns {Promise<Instance>}
 */
export function start(source) {
  starting ??= launch(source).catch((error) => {
    starting = undefined;
    throw error;
  });
  return starting;
}

/** The running instance, if there is one. */
export function runningInstance() {
  return running;
}

/** @param {WasmSource} [source] */
async function launch(source) {
  compiled ??= compile(source).catch((cause) => {
    compiled = undefined;
    throw moduleFailed(
      /unsafe-eval|\bCSP\b/.test(cause?.message)
        ? "the Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src"
        : 'the WebAssembly module could not be loaded: serve core.wasm where the bundle expects it, or give its place to ready()',
      cause,
    );
  });
  const core = await instantiate(await compiled);
  const instance = new Instance(core);
  setErrorTable(JSON.parse(core.errorTable()));
  running = instance;
  return instance;
}

/** @param {WebAssembly.Module} module @returns {Promise<import('../dist/core.js').CoreModule>} */
function instantiate(module) {
  return new Promise((resolve, reject) => {
    /** @type {import('../dist/core.js').CoreSettings} */
    const settings = {
      instantiateWasm(imports, done) {
        // The rejection handler comes last, or an error inside `done` would hang for ever.
        WebAssembly.instantiate(module, imports)
          .then((instance) => done(instance, module))
          .catch(reject);
        return {};
      },
      onAbort(what) {
        throw new Error(`aborted: ${what}`);
      },
      host: { current: null },
      WebSocket: class extends Socket {
        /** @param {string} url @param {string[]} [protocols] */
        constructor(url, protocols) {
          super(/** @type {import('./inbox.js').Inbox} */ (settings.host.current), url, protocols);
        }
      },
    };
    createCore(settings).then(resolve, reject);
  });
}

/** @param {WasmSource} [source] @returns {Promise<WebAssembly.Module>} */
async function compile(source = wasmUrl()) {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    return WebAssembly.compile(/** @type {BufferSource} */ (source));
  }
  // The last one left: asking for `Response` by its name would load Node's whole fetch.
  if (typeof source !== 'string' && !(source instanceof URL)) return compileResponse(source);
  // Not import.meta.url: some bundlers write the path of the machine that bundled in its place.
  const url = new URL(source, globalThis.location?.href ?? 'file:///');
  if (url.protocol !== 'file:') return compileResponse(await fetch(url));
  const name = 'node:fs/promises'; // not a literal: bundlers for browsers must not follow it
  const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  return WebAssembly.compile(await readFile(url));
}

/** @param {Response} response */
async function compileResponse(response) {
  if (typeof response?.arrayBuffer !== 'function') {
    throw new TypeError('ready() takes a URL, bytes, a Response or a compiled module');
  }
  if (!response.ok) throw new Error(`${response.url}: HTTP status ${response.status}`);
  if (response.headers.get('Content-Type')?.startsWith('application/wasm') && WebAssembly.compileStreaming) {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}

/** @param {string} message @param {unknown} cause */
function moduleFailed(message, cause) {
  return new UtcpWebSocketError(message, { code: 'module_failed', fault: 'library', cause });
}
