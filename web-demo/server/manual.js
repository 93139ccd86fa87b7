// Owns the demo's UTCP manual: each tool with its inputs and the call template that says how to call it.
// Must not know how a tool works.

import { chartKinds } from './tools/chart.js';
import { algorithms } from './tools/hashing.js';
import { metricSections, sensors } from './tools/metrics.js';

export const manualVersion = '1.0.0';

/** A digest that no folder has: verify_folder fails with it, so that the demo shows a tool's error. */
export const impossibleDigest = '0'.repeat(64);

/**
 * @typedef {{ name: string, description: string, tags: string[], inputs: object, outputs: object,
 *   tool_call_template: Record<string, unknown> }} Tool
 */

/**
 * @param {Record<string, object>} properties
 * @param {string[]} [required]
 * @returns {object}
 */
function inputs(properties, required = []) {
  return { type: 'object', properties, required };
}

const folder = { type: 'string', default: 'ws', description: 'A folder below node_modules' };
const jsonRpcMessage = { jsonrpc: '2.0', id: '{{request_id}}', method: '{{tool_name}}', params: '{{args}}' };
const jsonRpc = { message: jsonRpcMessage, response_format: 'json', result_path: '/result', error_path: '/error' };
const command = { response_format: 'json', result_path: '/result', error_path: '/error' };
const job = { message: { job: '{{tool_name}}', args: '{{args}}' }, response_format: 'json' };

/**
 * @param {string} origin of the provider, `ws://127.0.0.1:8765`
 * @param {string} unsteadyUrl of the server that may be restarted
 * @returns {{ utcp_version: string, manual_version: string, tools: Tool[] }}
 */
export function buildManual(origin, unsteadyUrl) {
  /**
   * @param {string} path
   * @param {Record<string, unknown>} more
   */
  const template = (path, more) => ({ call_template_type: 'websocket', url: `${origin}${path}`, ...more });
  return {
    utcp_version: '1.0.1',
    manual_version: manualVersion,
    tools: [
      ...questionTools(template),
      ...packageTools(template),
      ...streamTools(template),
      ...workTools(template, unsteadyUrl),
      ...graphqlTools(template),
    ],
  };
}

/** @typedef {(path: string, more: Record<string, unknown>) => Record<string, unknown>} Template */

/**
 * @param {Template} template
 * @returns {Tool[]}
 */
function questionTools(template) {
  return [
    {
      name: 'system_metrics',
      description:
        'CPU, memory, load and versions of the machine that the provider runs on. Wire: the plain arguments.',
      tags: ['json', 'system'],
      inputs: inputs({
        sections: {
          type: 'array',
          items: { type: 'string', enum: metricSections },
          uniqueItems: true,
          default: ['cpu', 'memory', 'load'],
          description: 'What to report',
        },
      }),
      outputs: { type: 'object' },
      tool_call_template: template('/metrics', { response_format: 'json', error_path: '/error' }),
    },
    {
      name: 'search_docs',
      description: 'Ranked full-text search in the API docs and texts that npm put here. Wire: an object template.',
      tags: ['json', 'text'],
      inputs: inputs(
        {
          query: { type: 'string', default: 'bytes queued but not yet sent', description: 'Words to look for' },
          limit: { type: 'integer', minimum: 1, maximum: 50, default: 3, description: 'How many hits' },
        },
        ['query'],
      ),
      outputs: { type: 'object' },
      tool_call_template: template('/documents', {
        ...command,
        message: { cmd: 'search', query: 'UTCP_ARG_query_UTCP_ARG', limit: 'UTCP_ARG_limit_UTCP_ARG' },
        missing_arguments: 'omit',
      }),
    },
    {
      name: 'read_doc',
      description: 'The whole text of one hit of search_docs. Wire: a string template that is JSON.',
      tags: ['json', 'text'],
      inputs: inputs({ id: { type: 'string', default: 'LICENSE:18', description: 'The id that search_docs gave' } }, [
        'id',
      ]),
      outputs: { type: 'object' },
      tool_call_template: template('/documents', { ...command, message: '{"cmd":"read","id":UTCP_ARG_id_UTCP_ARG}' }),
    },
    {
      name: 'read_sensor',
      description: 'One reading of this machine. Wire: a text line, GET <sensor>, answered with text.',
      tags: ['text', 'system'],
      inputs: inputs(
        { sensor: { type: 'string', enum: [...sensors.keys()], default: 'load', description: 'What to read' } },
        ['sensor'],
      ),
      outputs: { type: 'string' },
      tool_call_template: template('/device', { message: 'GET UTCP_ARG_sensor_UTCP_ARG', response_format: 'text' }),
    },
    {
      name: 'render_chart',
      description: 'A chart of this machine or of a folder, drawn as a PNG. Wire: the answer is a binary frame.',
      tags: ['image', 'system'],
      inputs: inputs({
        kind: { type: 'string', enum: chartKinds, default: 'file_sizes', description: 'What to draw' },
        folder: { ...folder, description: 'For file_sizes: a folder below node_modules' },
        width: { type: 'integer', minimum: 160, maximum: 1600, default: 480, description: 'Pixels' },
        height: { type: 'integer', minimum: 100, maximum: 1200, default: 240, description: 'Pixels' },
      }),
      outputs: { type: 'string', contentEncoding: 'binary', contentMediaType: 'image/png' },
      tool_call_template: template('/chart', { response_format: 'json', error_path: '/error' }),
    },
  ];
}

/**
 * @param {Template} template
 * @returns {Tool[]}
 */
function packageTools(template) {
  return [
    {
      name: 'list_packages',
      description: 'The npm packages installed beside this demo. Wire: JSON-RPC 2.0.',
      tags: ['json', 'jsonrpc', 'packages'],
      inputs: inputs({ filter: { type: 'string', default: '', description: 'Part of the name; empty for all' } }),
      outputs: { type: 'object' },
      tool_call_template: template('/jsonrpc', jsonRpc),
    },
    {
      name: 'package_info',
      description: 'Version, license, dependencies and size of an installed npm package. Wire: JSON-RPC 2.0.',
      tags: ['json', 'jsonrpc', 'packages'],
      inputs: inputs({ name: { type: 'string', default: 'ws', description: 'An installed package' } }, ['name']),
      outputs: { type: 'object' },
      tool_call_template: template('/jsonrpc', jsonRpc),
    },
    {
      name: 'text_statistics',
      description: 'Counts characters, bytes, lines and words of a text. Wire: JSON-RPC 2.0.',
      tags: ['json', 'jsonrpc', 'text'],
      inputs: inputs(
        {
          text: {
            type: 'string',
            default: 'One socket, many tools: one call, one answer.',
            description: 'The text to count',
          },
        },
        ['text'],
      ),
      outputs: { type: 'object' },
      tool_call_template: template('/jsonrpc', jsonRpc),
    },
  ];
}

/**
 * @param {Template} template
 * @returns {Tool[]}
 */
function streamTools(template) {
  return [
    {
      name: 'hash_folder',
      description: 'The digest of each file below a folder, with progress. Wire: a stream with an end.',
      tags: ['stream', 'packages'],
      inputs: inputs(
        { folder, algorithm: { type: 'string', enum: algorithms, default: 'sha256', description: 'Kind of digest' } },
        ['folder'],
      ),
      outputs: { type: 'object' },
      tool_call_template: template('/job', job),
    },
    {
      name: 'verify_folder',
      description:
        'As hash_folder, and fails when the digest over all is another. Wire: a stream that ends in an error.',
      tags: ['stream', 'packages', 'fails'],
      inputs: inputs(
        {
          folder,
          expected: {
            type: 'string',
            pattern: '^[0-9a-fA-F]{64}$',
            default: impossibleDigest,
            description: 'The SHA-256 digest that hash_folder gave',
          },
        },
        ['folder', 'expected'],
      ),
      outputs: { type: 'object' },
      tool_call_template: template('/job', job),
    },
    {
      name: 'count_up',
      description: 'Thousands of items, as fast as the socket takes them. Wire: a stream with an end.',
      tags: ['stream', 'load'],
      inputs: inputs({
        items: { type: 'integer', minimum: 1, maximum: 100_000, default: 5000, description: 'How many' },
      }),
      outputs: { type: 'object' },
      tool_call_template: template('/job', job),
    },
    {
      name: 'watch_metrics',
      description: 'Readings of this machine until you stop. Wire: bare JSON frames without an end.',
      tags: ['stream', 'endless', 'system'],
      inputs: inputs(
        {
          interval_ms: {
            type: 'integer',
            minimum: 20,
            maximum: 60000,
            default: 500,
            description: 'Milliseconds between two readings',
          },
        },
        ['interval_ms'],
      ),
      outputs: { type: 'object' },
      tool_call_template: template('/subscription', {
        message: '{"subscribe":"metrics","interval_ms":UTCP_ARG_interval_ms_UTCP_ARG}',
        response_format: 'json',
      }),
    },
  ];
}

/**
 * @param {Template} template
 * @param {string} unsteadyUrl
 * @returns {Tool[]}
 */
function workTools(template, unsteadyUrl) {
  const delay = {
    type: 'integer',
    minimum: 0,
    maximum: 60_000,
    default: 500,
    description: 'It takes half of it at least',
  };
  const together = {
    type: 'integer',
    minimum: 1,
    maximum: 10_000,
    default: 1,
    description: 'It begins when so many calls are in flight on its connection',
  };
  const message = {
    id: '{{request_id}}',
    delay_ms: 'UTCP_ARG_delay_ms_UTCP_ARG',
    together: 'UTCP_ARG_together_UTCP_ARG',
  };
  const result = { response_format: 'json', result_path: '/result', error_path: '/error' };
  const shared = { message, missing_arguments: 'omit', ...result };
  return [
    {
      name: 'answer_later',
      description: 'Answers after a while, and says how many calls its connection has in flight. Wire: ids.',
      tags: ['json', 'load'],
      inputs: inputs({ delay_ms: delay, together }, ['delay_ms']),
      outputs: { type: 'object' },
      tool_call_template: template('/work', shared),
    },
    {
      name: 'unsteady_answer',
      description: 'As answer_later, from a server of its own that restart_server restarts. Wire: ids.',
      tags: ['json', 'load', 'fails'],
      inputs: inputs({ delay_ms: { ...delay, default: 2000 } }, ['delay_ms']),
      outputs: { type: 'object' },
      tool_call_template: { ...template('/', shared), url: unsteadyUrl },
    },
    {
      name: 'restart_server',
      description: 'Restarts the server of unsteady_answer: calls in flight there are lost. Wire: an object template.',
      tags: ['json', 'load'],
      inputs: inputs({
        down_ms: { type: 'integer', minimum: 0, maximum: 30_000, default: 1500, description: 'How long it is away' },
      }),
      outputs: { type: 'object' },
      tool_call_template: template('/control', {
        ...command,
        message: { cmd: 'restart', down_ms: 'UTCP_ARG_down_ms_UTCP_ARG' },
        missing_arguments: 'omit',
      }),
    },
  ];
}

/**
 * @param {Template} template
 * @returns {Tool[]}
 */
function graphqlTools(template) {
  const common = {
    protocol: 'graphql-transport-ws',
    connect_message: { type: 'connection_init' },
    connect_ack: { type: 'connection_ack' },
    response_format: 'json',
  };
  /** @param {string} query */
  const subscribe = (query) => ({
    id: '{{request_id}}',
    type: 'subscribe',
    payload: { query, variables: '{{args}}' },
  });
  return [
    {
      name: 'graphql_packages',
      description: 'The installed npm packages, by a GraphQL query. Wire: graphql-transport-ws.',
      tags: ['json', 'graphql', 'packages'],
      inputs: inputs(
        { filter: { type: 'string', default: 'graphql', description: 'Part of the name; empty for all' } },
        ['filter'],
      ),
      outputs: { type: 'object' },
      tool_call_template: template('/graphql', {
        ...common,
        message: subscribe('query ($filter: String!) { packages(filter: $filter) { name version } }'),
        result_path: '/payload/data',
        error_path: '/payload/errors',
      }),
    },
    {
      name: 'graphql_readings',
      description: 'Readings of this machine, by a GraphQL subscription. Wire: graphql-transport-ws.',
      tags: ['stream', 'endless', 'graphql', 'system'],
      inputs: inputs(
        { intervalMs: { type: 'integer', minimum: 20, maximum: 60_000, default: 250, description: 'Milliseconds' } },
        ['intervalMs'],
      ),
      outputs: { type: 'object' },
      tool_call_template: template('/graphql', {
        ...common,
        message: subscribe(
          'subscription ($intervalMs: Int!) { readings(intervalMs: $intervalMs) { number cpuPercent memoryPercent load } }',
        ),
        correlation: false,
        message_filter: { id: '{{request_id}}' },
        stream_end: { type: 'complete' },
        result_path: '/payload/data/readings',
        error_path: '/payload/0',
      }),
    },
  ];
}
