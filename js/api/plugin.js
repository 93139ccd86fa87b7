// Owns the plugin for `@utcp/sdk`, which makes `UtcpClient` discover and call WebSocket tools. Loading it has no side effect.
// Must not know how tools are called.
import { CallTemplateSerializer, CommunicationProtocol } from '@utcp/sdk';
import { CallTemplateError, ready, validateCallTemplate, WebSocketCommunicationProtocol } from './index.js';

export { ready };

const TYPE = 'websocket';

/** What the SDK checks call templates with: before it fills in variables, and again after. */
class WebSocketCallTemplateSerializer {
  /** @param {any} callTemplate */
  toDict(callTemplate) {
    return { ...callTemplate };
  }

  /** @param {any} callTemplate @returns {any} */
  validateDict(callTemplate) {
    if (!hasVariables(callTemplate)) return validateCallTemplate(callTemplate);
    // What a variable holds is not known yet: the SDK asks again when it is.
    if (callTemplate.call_template_type !== TYPE || typeof callTemplate.url !== 'string') {
      throw new CallTemplateError(`call_template_type must be "${TYPE}" and url a string`, {
        code: 'invalid_call_template',
        fault: 'caller',
        field: typeof callTemplate.url === 'string' ? 'call_template_type' : 'url',
      });
    }
    return { ...callTemplate };
  }

  /** @param {any} callTemplate */
  copy(callTemplate) {
    return this.validateDict(this.toDict(callTemplate));
  }
}

/** Whether the SDK would fill in something: `${NAME}` or `$NAME` in any string. @param {unknown} value @returns {boolean} */
function hasVariables(value) {
  if (typeof value === 'string') return !value.includes('$ref') && /\$(?:\{\w+\}|\w+)/.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasVariables);
}

/** Registers the plugin. The SDK's serializers are synchronous, so the wasm has to be loaded before. */
export function plugIn() {
  CallTemplateSerializer.registerCallTemplate(TYPE, /** @type {any} */ (new WebSocketCallTemplateSerializer()));

  // SDK 1.2 gives each client a protocol of its own, which `client.close()` closes; before that, all share one.
  const { communicationProtocolFactories } = /** @type {any} */ (CommunicationProtocol);
  if (communicationProtocolFactories) {
    communicationProtocolFactories[TYPE] ??= () => new WebSocketCommunicationProtocol();
  } else {
    CommunicationProtocol.communicationProtocols[TYPE] ??= new WebSocketCommunicationProtocol();
  }
}
