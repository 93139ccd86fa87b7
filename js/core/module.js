// Owns the wasm module: loading it once, the running instance that all protocols share, and replacing a failed instance.
// Must not know what the instance is used for.
import { WRAPPER_MARK } from '../../dist/constants.js';
import createCore, { wasmSource } from '../../dist/core.js';
import { UtcpWebSocketError } from '../base/errors.js';
import { load } from '../host/load.js';
import { Wire } from './wire.js';

/** @import { WasmSource } from '../types/shared.js' */

/** @type {Promise<WebAssembly.Module> | undefined} */
let compiled;
/** @type {Promise<Instance> | undefined} */
let starting;
/** @type {Instance | undefined} */
let running;

/** Wasm memory never shrinks: an instance that has grown beyond this is replaced once most of it is free again. */
const GROWN = 32 * 2 ** 20;

/** A running instance of the module. After a trap or a failed allocation it is dead, and the next call starts another. */
export class Instance {
  /**
   * @param {import('../../dist/core.js').CoreModule} core
   * @param {WebAssembly.Memory} memory
   * @param {Payload} payload
   * @param {import('./wire.js').WireNote[]} wireNotes what Emscripten notes down during an entry
   */
  constructor(core, memory, payload, wireNotes) {
    this.core = core;
    this.memory = memory;
    this.payload = payload;
    this.wireNotes = wireNotes;
    this.dead = false;
    /** New sessions start on another instance; existing sessions move when they have nothing running. */
    this.retired = false;
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

  /** Checks whether to replace this instance. Cheap enough to run after each call. */
  review() {
    const size = this.memory.buffer.byteLength;
    if (size <= GROWN || this.retired || this.dead || this.core.heapInUse() > size / 4) return;
    this.retired = true;
    // The pure functions use this one until the other is ready.
    if (running === this) launchAnother().catch(() => {});
  }

  /**
   * The instance cannot be used any more: its calls in flight are lost.
   * @param {unknown} cause what its wasm threw
   */
  fail(cause) {
    const error = moduleFailed(
      'the WebAssembly module failed and lost the calls in flight; the next call restarts it',
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

const NOT_LOADED =
  'the WebAssembly module could not be loaded: serve core.wasm where the bundle expects it, import utcp-websocket/inline, or pass its location to ready()';

/**
 * Loads the wasm module once; further calls only wait for it. Tool calls load it on their own: use this for the pure functions,
 * which need a loaded module, and for hosts where the default location does not work.
 * @param {WasmSource} [source] URL, bytes, a `Response` or a compiled module; default: `core.wasm` of this package. Ignored
 *   once loading has begun
 * @returns {Promise<void>} rejects with `module_failed`; the next call tries again
 */
export async function ready(source) {
  if (source !== undefined && !isSource(source)) {
    throw moduleFailed(NOT_LOADED, new TypeError('ready() takes a URL, bytes, a Response or a compiled module'));
  }
  await start(source);
}

/** Looked at before loading begins, which is for all who wait. @param {any} source */
function isSource(source) {
  if (typeof source === 'string' || source instanceof URL || source instanceof WebAssembly.Module) return true;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return true;
  return typeof source === 'object' && typeof source?.arrayBuffer === 'function';
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

function launchAnother() {
  starting = undefined;
  return start();
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
        : NOT_LOADED,
      cause,
    );
  });
  const instance = await instantiate(compiled);
  running = instance;
  return instance;
}

const encoder = new TextEncoder();

/** The message for the core: it stays here, and the core requests its text only if a rule needs its content. */
class Payload {
  /** @type {unknown} */
  data = undefined;
  /** @type {{ heap: Uint8Array, out: number, capacity: number, bytes: Uint8Array } | undefined} */
  #view;

  /**
   * Called below a wasm frame (bindings/wasm/host.js).
   * @param {Uint8Array} heap @param {number} out @param {number} capacity @param {number} from
   */
  readText(heap, out, capacity, from) {
    // The core uses the same memory for all messages, and creating a view is expensive.
    let view = this.#view;
    if (view?.heap !== heap || view.out !== out || view.capacity !== capacity) {
      view = { heap, out, capacity, bytes: heap.subarray(out, out + capacity) };
      this.#view = view;
    }
    const text = /** @type {string} */ (this.data);
    return encoder.encodeInto(from === 0 ? text : text.slice(from), view.bytes);
  }

  /** Called like `readText`. */
  mayBeWrapped() {
    return /** @type {string} */ (this.data).includes(WRAPPER_MARK);
  }
}

/** @param {Promise<WebAssembly.Module>} compiling the glue begins meanwhile @returns {Promise<Instance>} */
function instantiate(compiling) {
  return new Promise((resolve, reject) => {
    const payload = new Payload();
    /** @type {import('./wire.js').WireNote[]} */
    const wireNotes = [];
    /** @type {WebAssembly.Memory} */
    let memory;
    createCore({
      instantiateWasm(imports, done) {
        // The rejection handler comes last; otherwise an error inside `done` would hang forever.
        compiling
          .then((module) => WebAssembly.instantiate(module, imports))
          .then((instance) => {
            const exported = Object.values(instance.exports);
            memory = /** @type {any} */ (exported.find((value) => value instanceof WebAssembly.Memory));
            done(instance);
          })
          .catch(reject);
        return {};
      },
      onAbort(what) {
        throw new Error(`aborted: ${what}`);
      },
      host: payload,
      WebSocket: class extends Wire {
        /** @param {string} connection */
        constructor(connection) {
          super(wireNotes, connection);
        }
      },
    }).then((core) => resolve(new Instance(core, memory, payload, wireNotes)), reject);
  });
}

/** @param {WasmSource} [given] @returns {Promise<WebAssembly.Module>} */
async function compile(given) {
  const source = given ?? (await wasmSource());
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    return WebAssembly.compile(/** @type {BufferSource} */ (source));
  }
  // The only remaining type: naming `Response` would load Node's whole fetch.
  if (typeof source !== 'string' && !(source instanceof URL)) return compileResponse(source);
  // Not import.meta.url: some bundlers replace it with a path on the build machine.
  const url = new URL(source, globalThis.location?.href ?? 'file:///');
  if (url.protocol !== 'file:') return compileResponse(await fetch(url));
  const { readFileSync } = globalThis.process?.getBuiltinModule?.('node:fs') ?? (await load('node:fs'));
  return WebAssembly.compile(readFileSync(url)); // by way of another thread it would take ten times as long
}

/** @param {Response} response */
async function compileResponse(response) {
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
