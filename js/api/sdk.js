// Owns `utcp-websocket/sdk`: registering the plugin with `@utcp/sdk` when it is asked for. Loading it has no side effect.
import { plugIn, ready } from './plugin.js';

/**
 * Does what importing `utcp-websocket/register` does; for hosts and bundles that allow no `await` at the top of a module, or that
 * have to say where the wasm is.
 * @param {import('../types/shared.js').WasmSource} [source] as `ready()` takes it
 * @returns {Promise<void>} rejects with `module_failed`
 */
export async function register(source) {
  await ready(source);
  plugIn();
}
