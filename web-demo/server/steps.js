// Owns what the walk-through in the terminal shows: which tool with which arguments, what must come, how it is shortened.
// Must not know how a call is made.

import { inspect } from 'node:util';

import { impossibleDigest } from './manual.js';

/**
 * @typedef {object} Step
 * @property {string} tool
 * @property {Record<string, unknown>} args
 * @property {boolean} [streams]
 * @property {number} [leaveAfter] leave the stream after so many items
 * @property {Record<string, unknown>} [template] what is other in the tool's call template
 * @property {string} [fails] name of the error that must come
 * @property {string} [note]
 * @property {(result: any) => string} [show] of the result; of a stream, of its last item
 */

/**
 * @param {number} value
 * @returns {string}
 */
function gigabytes(value) {
  return `${(value / 1e9).toFixed(1)} GB`;
}

/**
 * @param {string} text
 * @param {number} [width]
 * @returns {string}
 */
function shorten(text, width = 84) {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > width ? `${flat.slice(0, width - 1)}…` : flat;
}

/**
 * @param {unknown} value
 * @returns {string}
 */
export function showValue(value) {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === 'string'
    ? shorten(value)
    : shorten(inspect(value, { breakLength: Number.POSITIVE_INFINITY }));
}

/** @type {Step[]} */
export const steps = [
  {
    tool: 'system_metrics',
    args: { sections: ['cpu', 'memory'] },
    show: ({ cpu, memory }) =>
      `${cpu.cores} cores, ${gigabytes(memory.free_bytes)} of ${gigabytes(memory.total_bytes)} free`,
  },
  {
    tool: 'search_docs',
    args: { query: 'bytes queued but not yet sent', limit: 3 },
    show: ({ total, searched, hits }) =>
      [
        `${total} of ${searched} documents, the best:`,
        .../** @type {any[]} */ (hits).map(
          ({ title, source, snippet }) => `${title} (${source}): ${shorten(snippet, 60)}`,
        ),
      ].join('\n'),
  },
  {
    tool: 'read_doc',
    args: { id: 'LICENSE:18' },
    show: ({ title, text }) => `${title}: ${shorten(text, 60)}`,
  },
  { tool: 'read_sensor', args: { sensor: 'memory_free' } },
  {
    tool: 'render_chart',
    args: { kind: 'file_sizes', folder: 'ws', width: 480, height: 240 },
    show: (png) => {
      const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
      return `a PNG of ${png.length} bytes, ${view.getUint32(16)} × ${view.getUint32(20)} pixels`;
    },
  },
  {
    tool: 'list_packages',
    args: { filter: '' },
    show: ({ count, packages }) => `${count} packages, the first is ${packages[0].name} ${packages[0].version}`,
  },
  {
    tool: 'package_info',
    args: { name: 'ws' },
    show: ({ name, version, license, files, bytes }) =>
      `${name} ${version}, ${license}, ${files} files, ${bytes} bytes`,
  },
  {
    tool: 'text_statistics',
    args: { text: 'One socket, many tools: one call, one answer.' },
    show: ({ words, different_words: different }) => `${words} words, ${different} different ones`,
  },
  {
    tool: 'hash_folder',
    args: { folder: 'ws' },
    streams: true,
    show: ({ files, bytes, digest }) => `${files} files, ${bytes} bytes, sha256 ${digest.slice(0, 16)}…`,
  },
  {
    tool: 'watch_metrics',
    args: { interval_ms: 100 },
    streams: true,
    leaveAfter: 3,
    note: 'endless, left after 3 items',
    show: ({ number, cpu, memory }) => `reading ${number}: cpu ${cpu.busy_percent} %, memory ${memory.used_percent} %`,
  },
  { tool: 'count_up', args: { items: 5000 }, streams: true },
  { tool: 'answer_later', args: { delay_ms: 50 } },
  { tool: 'restart_server', args: { down_ms: 300 }, note: 'the next call connects again' },
  { tool: 'unsteady_answer', args: { delay_ms: 50 } },
  {
    tool: 'graphql_packages',
    args: { filter: 'graphql' },
    note: 'graphql-transport-ws',
    show: ({ packages }) => `${packages.length} packages, the first is ${packages[0].name} ${packages[0].version}`,
  },
  { tool: 'graphql_readings', args: { intervalMs: 50 }, streams: true, leaveAfter: 3 },
];

/** @type {Step[]} */
export const failingSteps = [
  {
    tool: 'verify_folder',
    args: { folder: 'ws', expected: impossibleDigest },
    streams: true,
    fails: 'ToolError',
    note: 'the tool itself fails, in the middle of its stream',
  },
  {
    tool: 'package_info',
    args: { name: 'not-installed-here' },
    fails: 'ToolError',
    note: 'a JSON-RPC error',
  },
  {
    tool: 'watch_metrics',
    args: { interval_ms: 60_000 },
    streams: true,
    template: { response_timeout: 0.3 },
    fails: 'WebSocketTimeoutError',
    note: 'the next item takes too long',
  },
  {
    tool: 'system_metrics',
    args: {},
    template: { url: 'ws://127.0.0.1:1/metrics', connection_timeout: 0.5 },
    fails: 'WebSocketConnectionError',
    note: 'nothing listens there',
  },
  {
    tool: 'system_metrics',
    args: {},
    template: { url: 'ws://localhost.example.com/metrics' },
    fails: 'WebSocketSecurityError',
    note: 'unencrypted, and not this machine',
  },
  {
    tool: 'system_metrics',
    args: {},
    template: { timeout: -1 },
    fails: 'CallTemplateError',
    note: 'a mistake in the call template',
  },
];
