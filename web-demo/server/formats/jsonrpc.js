// Owns JSON-RPC 2.0: requests, batches, notifications and the standard's error codes. Knows nothing of UTCP.

import { describeError, InputError, needObject, needString } from '../tools/errors.js';
import { listPackages, packageInfo } from '../tools/packages.js';
import { textStatistics } from '../tools/statistics.js';
import { onTextFrame, parseJson, sendJson } from './frames.js';

/** @type {Record<string, (params: Record<string, any>) => object | Promise<object>>} */
const methods = {
  list_packages: (params) =>
    listPackages(params.filter === undefined || params.filter === '' ? '' : needString(params, 'filter')),
  package_info: (params) => packageInfo(needString(params, 'name', { maxLength: 214 })),
  text_statistics: (params) => textStatistics(needString(params, 'text', { maxLength: 500_000 })),
};

/**
 * @param {unknown} id
 * @param {number} code
 * @param {string} message
 * @param {unknown} [data]
 * @returns {object}
 */
function failure(id, code, message, data) {
  return { jsonrpc: '2.0', id, error: data === undefined ? { code, message } : { code, message, data } };
}

/**
 * @param {any} request
 * @returns {Promise<object | undefined>} nothing for a notification
 */
async function answer(request) {
  const valid =
    typeof request === 'object' &&
    request !== null &&
    request.jsonrpc === '2.0' &&
    typeof request.method === 'string' &&
    ['undefined', 'string', 'number'].includes(request.id === null ? 'string' : typeof request.id);
  if (!valid) return failure(null, -32600, 'Invalid Request: needs "jsonrpc":"2.0" and a "method"');
  const { id } = request;
  const reply = await run(request);
  return id === undefined ? undefined : reply;
}

/**
 * @param {{ id?: unknown, method: string, params?: unknown }} request
 * @returns {Promise<object>}
 */
async function run({ id, method, params = {} }) {
  const found = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (found === undefined) {
    return failure(id, -32601, `Method not found: "${method}"`, { methods: Object.keys(methods) });
  }
  try {
    return { jsonrpc: '2.0', id, result: await found(needObject(params, '"params"')) };
  } catch (error) {
    const { message, field } = describeError(error);
    if (!(error instanceof InputError)) return failure(id, -32603, `Internal error: ${message}`);
    return failure(id, -32602, `Invalid params: ${message}`, field === undefined ? undefined : { field });
  }
}

/** @type {import('./frames.js').Format} */
export function jsonrpc(socket) {
  onTextFrame(socket, async (text) => {
    const parsed = parseJson(text);
    if ('problem' in parsed) {
      sendJson(socket, failure(null, -32700, `Parse error: ${parsed.problem}`));
      return;
    }
    if (!Array.isArray(parsed.value) || parsed.value.length === 0) {
      const reply = await answer(parsed.value);
      if (reply !== undefined) sendJson(socket, reply);
      return;
    }
    const replies = (await Promise.all(parsed.value.map(answer))).filter((reply) => reply !== undefined);
    if (replies.length > 0) sendJson(socket, replies);
  });
}
