// Owns the plugin for `@utcp/sdk`, which makes `UtcpClient` discover and call WebSocket tools: `register()` of `utcp-websocket/sdk`,
// and the parts that it registers. Loading it has no side effect. Must not know how tools are called.
import { CallTemplateSerializer, CommunicationProtocol, Serializer } from '@utcp/sdk';
import { CallTemplateError, WebSocketCommunicationProtocol } from './index.js';

/**
 * @import { CallTemplate } from '@utcp/sdk'
 * @import { WebSocketCallTemplate } from '../types/shared.js'
 */

// The very class that `register` uses: where `require` loads a copy of its own, `utcp-websocket` may give another.
export { WebSocketCommunicationProtocol };

const TYPE = 'websocket';

/**
 * What the SDK checks call templates with. It asks before it fills in variables, at a time when the wasm may not be loaded, and does not
 * tell why a check failed: so only what leads to this plugin is checked here. `registerManual` and `callTool` check the whole template before they
 * open anything, and their errors name the field.
 * @extends {Serializer<WebSocketCallTemplate & CallTemplate>}
 */
export class WebSocketCallTemplateSerializer extends Serializer {
  /**
   * A copy.
   * @param {WebSocketCallTemplate & CallTemplate} callTemplate
   * @returns {Record<string, unknown>}
   */
  toDict(callTemplate) {
    return { ...callTemplate };
  }

  /**
   * A copy, once it is clear that it leads here.
   * @param {Record<string, unknown>} callTemplate
   * @returns {WebSocketCallTemplate & CallTemplate}
   * @throws {CallTemplateError} whose `field` is `call_template_type` or `url`
   */
  validateDict(callTemplate) {
    const field = callTemplate?.call_template_type === TYPE ? 'url' : 'call_template_type';
    if (field !== 'url' || typeof callTemplate.url !== 'string') {
      throw new CallTemplateError(`call_template_type must be "${TYPE}" and url a string`, {
        code: 'invalid_call_template',
        fault: 'caller',
        field,
      });
    }
    return /** @type {any} */ ({ ...callTemplate });
  }
}

/**
 * Does what importing `utcp-websocket/register` does. The wasm loads with the first call; a host that has to say where it is calls `ready()`
 * before that.
 * @param {boolean} [override] whether to take the place of a plugin that is registered for WebSocket templates. Default: false
 * @throws {TypeError} where that is no boolean
 */
export function register(override = false) {
  if (typeof override !== 'boolean') throw new TypeError('register() takes a boolean; ready() takes the wasm');
  CallTemplateSerializer.registerCallTemplate(TYPE, new WebSocketCallTemplateSerializer(), override);
  // SDK 1.2 gives each client a protocol of its own, which `client.close()` closes; before that, all share one.
  const { communicationProtocolFactories: factories, communicationProtocols: shared } = /** @type {any} */ (
    CommunicationProtocol
  );
  if (factories) {
    if (override || !factories[TYPE]) factories[TYPE] = () => new WebSocketCommunicationProtocol();
  } else if (override || !shared[TYPE]) shared[TYPE] = new WebSocketCommunicationProtocol();
}
