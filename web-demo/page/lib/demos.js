// Owns the ready-made demonstrations: which tool of the bundled provider, with which arguments, called how.
// Must not know how a call is made.

/**
 * @typedef {object} Demo
 * @property {string} title
 * @property {string} about
 * @property {string} tool
 * @property {Record<string, unknown>} [args] beside the defaults
 * @property {boolean} [streams]
 * @property {number} [calls] at once
 * @property {number} [pause] of the reader per item, in milliseconds
 * @property {boolean} [again] whether a call is made again when its connection was lost
 * @property {{ tool: string, args: Record<string, unknown> }} [meanwhile] called once all the others are sent
 */

/** @type {Demo[]} */
export const demos = [
  {
    title: '256 calls, one connection',
    about: 'Answers carry the id of their request, so that calls share a connection and answers come in any order.',
    tool: 'answer_later',
    args: { delay_ms: 400, together: 256 },
    calls: 256,
  },
  {
    title: 'Thousands of items, a slow reader',
    about: '5,000 items come as fast as the socket takes them. What the reader has not taken waits, within limits.',
    tool: 'count_up',
    args: { items: 5000 },
    streams: true,
    pause: 5,
  },
  {
    title: 'A server that restarts meanwhile',
    about: 'It goes down under eight calls. They reject, are made again, and wait for it: see retry in the timeline.',
    tool: 'unsteady_answer',
    args: { delay_ms: 1500 },
    calls: 8,
    again: true,
    meanwhile: { tool: 'restart_server', args: { down_ms: 1500 } },
  },
  {
    title: 'A live chart',
    about: 'Readings of this machine, until you stop. Stopping closes the connection of the stream and no other.',
    tool: 'watch_metrics',
    args: { interval_ms: 100 },
    streams: true,
  },
  {
    title: 'GraphQL',
    about: 'graphql-transport-ws, spoken by a call template alone.',
    tool: 'graphql_packages',
  },
  {
    title: 'GraphQL subscription',
    about: 'The same endpoint, with a stream of items.',
    tool: 'graphql_readings',
    streams: true,
  },
  { title: 'JSON-RPC 2.0', about: 'One template serves every method.', tool: 'package_info' },
  { title: 'A picture', about: 'The answer is a binary frame: a PNG, drawn by the provider.', tool: 'render_chart' },
  {
    title: 'A plain text device',
    about: 'Lines without ids: each call has a connection of its own.',
    tool: 'read_sensor',
  },
  {
    title: 'A tool that fails',
    about: 'In the middle of its stream. What came before stays.',
    tool: 'verify_folder',
    streams: true,
  },
];
