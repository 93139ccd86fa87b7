// Owns the walk-through that `npm start` prints: the package's real API, from Node, against the demo's provider.
// Must not know how the provider works.

import { styleText } from 'node:util';
import { WebSocketCommunicationProtocol } from 'utcp-websocket';

import { failingSteps, showValue, steps } from './steps.js';

/** @typedef {import('./steps.js').Step} Step */
/** @typedef {(line?: string) => void} Print */
/** @typedef {import('utcp-websocket').Tool} Tool */

const manualName = 'demo';
const useColor = process.stdout.isTTY && !process.env.NO_COLOR && typeof styleText === 'function';

/**
 * @param {'bold' | 'dim' | 'green' | 'red' | 'cyan'} style
 * @param {string} text
 * @returns {string}
 */
function styled(style, text) {
  return useColor ? styleText(style, text) : text;
}

/**
 * @param {string} text
 * @returns {string}
 */
function indent(text) {
  return text.replace(/^/gm, '      ');
}

/**
 * Makes the call of one step.
 * @param {WebSocketCommunicationProtocol} protocol
 * @param {Tool} tool
 * @param {Step} step
 * @param {AbortSignal} signal
 * @returns {Promise<string>} what came, in short
 */
async function call(protocol, tool, step, signal) {
  const { args, show = showValue } = step;
  const template = { ...tool.tool_call_template, ...step.template };
  const name = `${manualName}.${tool.name}`;
  if (!step.streams) return show(await protocol.callTool(null, name, args, template, { signal }));
  let last;
  let items = 0;
  for await (const item of protocol.callToolStreaming(null, name, args, template, { signal })) {
    last = item;
    items++;
    if (items === step.leaveAfter) break;
  }
  return `${items} items; ${show(last)}`;
}

/**
 * @param {WebSocketCommunicationProtocol} protocol
 * @param {readonly Tool[]} tools
 * @param {Step} step
 * @param {{ print: Print, signal: AbortSignal }} context
 * @returns {Promise<boolean>} whether what came is what the step says
 */
async function runStep(protocol, tools, step, { print, signal }) {
  const note = step.note === undefined ? '' : styled('dim', `  — ${step.note}`);
  print(`  ${styled('cyan', step.tool)} ${showValue(step.template ?? step.args)}${note}`);
  const tool = tools.find(({ name }) => name === step.tool);
  if (tool === undefined) {
    print(indent(styled('red', 'the manual has no such tool')));
    return false;
  }
  try {
    const shown = await call(protocol, tool, step, signal);
    print(indent(shown));
    if (step.fails !== undefined) print(indent(styled('red', `expected was ${step.fails}`)));
    return step.fails === undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    print(indent(`${styled('red', name)}${code}: ${message}`));
    return step.fails === name;
  }
}

/**
 * @param {string} url
 * @returns {string}
 */
function yourself(url) {
  return `import { connect } from 'utcp-websocket';

const demo = await connect('${url}');
console.log(await demo.call('search_docs', { query: 'close code', limit: 3 }));
await demo.close();`;
}

/**
 * Discovers, calls each tool, shows errors, and says how to do it yourself.
 * @param {{ url: string, print?: Print, signal?: AbortSignal }} options
 * @returns {Promise<number>} how many steps went otherwise than they should
 */
export async function walk({ url, print = console.log, signal = new AbortController().signal }) {
  const protocol = new WebSocketCommunicationProtocol();
  try {
    return await walkWith(protocol, { url, print, signal });
  } finally {
    await protocol.close();
  }
}

/**
 * @param {WebSocketCommunicationProtocol} protocol
 * @param {{ url: string, print: Print, signal: AbortSignal }} options
 * @returns {Promise<number>}
 */
async function walkWith(protocol, { url, print, signal }) {
  print(styled('bold', `Discovery: the manual of ${url}`));
  const template = { name: manualName, call_template_type: 'websocket', url };
  const { success, manual, errors } = await protocol.registerManual(null, template, { signal });
  for (const problem of errors) print(indent(styled('red', problem)));
  if (!success) return 1;
  for (const { name, description } of manual.tools) print(`  ${styled('cyan', name.padEnd(16))} ${description}`);

  let failures = 0;
  print();
  print(styled('bold', 'Calls'));
  for (const step of steps) failures += (await runStep(protocol, manual.tools, step, { print, signal })) ? 0 : 1;
  print();
  print(styled('bold', 'Errors, as a user sees them'));
  for (const step of failingSteps) failures += (await runStep(protocol, manual.tools, step, { print, signal })) ? 0 : 1;
  print();
  print(styled('bold', 'The same in your own program (an ES module in this folder, while this keeps running)'));
  print(yourself(url).replace(/^(?=.)/gm, '  '));
  return failures;
}
