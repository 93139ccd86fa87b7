// Owns the plugin for `@utcp/sdk`, which makes `UtcpClient` discover and call WebSocket tools: `register()` of `utcp-websocket/sdk`,
// and the parts that it registers. Loading it has no side effect. Must not know how tools are called.
import { CallTemplateSerializer, CommunicationProtocol, Serializer } from '@utcp/sdk';
import { CallTemplateError, WebSocketCommunicationProtocol } from './index.js';

/**
 * @import { CallTemplate } from '@utcp/sdk'
 * @import { WebSocketCallTemplate } from '../types/shared.js'
 */

// The class that `register` uses: if `require` loads a second copy, `utcp-websocket` may export a different one.
export { WebSocketCommunicationProtocol };

const TYPE = 'websocket';

/**
 * Checks call templates for the SDK. The SDK calls it before it substitutes variables, when the wasm may not be loaded, and hides
 * why a check failed. So it checks only the type and the URL; `registerManual` and `callTool` check the whole template before they
 * open a connection, and their errors name the field.
 * @extends {Serializer<WebSocketCallTemplate & CallTemplate>}
 */
export class WebSocketCallTemplateSerializer extends Serializer {
  /**
   * Returns a copy.
   * @param {WebSocketCallTemplate & CallTemplate} callTemplate
   * @returns {Record<string, unknown>}
   */
  toDict(callTemplate) {
    return { ...callTemplate };
  }

  /**
   * Returns a copy of a template for this plugin.
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
 * Registers the plugin, like importing `utcp-websocket/register`. The wasm loads with the first call; if it is not in the default location, call
 * `ready()` before that.
 * @param {boolean} [override] whether to replace another plugin for WebSocket templates. Default: false
 * @throws {TypeError} if `override` is not a boolean
 */
export function register(override = false) {
  if (typeof override !== 'boolean') throw new TypeError('register() takes a boolean; ready() takes the wasm');
  CallTemplateSerializer.registerCallTemplate(TYPE, new WebSocketCallTemplateSerializer(), override);
  // In SDK 1.2, each client has its own protocol, which `client.close()` closes; before that, all clients share one.
  const { communicationProtocolFactories: factories, communicationProtocols: shared } = /** @type {any} */ (
    CommunicationProtocol
  );
  if (factories) {
    if (override || !factories[TYPE]) factories[TYPE] = () => new WebSocketCommunicationProtocol();
  } else if (override || !shared[TYPE]) shared[TYPE] = new WebSocketCommunicationProtocol();
}
