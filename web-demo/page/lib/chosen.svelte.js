// Owns which tool is chosen, and its arguments and call template as the user has them: as text, and as what the text says.
// Must not know how they are edited.
import { renderMessage, validateCallTemplate } from 'utcp-websocket';
import { connection } from './connection.svelte.js';
import { drafts, untouched } from './drafts.js';
import { prettyJson } from './pretty.js';
import { run } from './run.svelte.js';
import { fill, hide } from './secrets.js';
import { setup } from './setup.svelte.js';

/** @typedef {import('utcp-websocket').Tool} Tool */
/** @typedef {{ where: string, message: string }} Problem */

class Chosen {
  /** @type {Tool | undefined} */
  tool = $state.raw(undefined);

  /** The arguments as JSON says them; undefined: it is not a JSON object. @type {Record<string, unknown> | undefined} */
  args = $derived(objectIn(setup.argsText));
  /** Why the text of the arguments is no JSON object. */
  argsProblem = $derived(this.args ? '' : problemIn(setup.argsText));

  /** The template as the manual has it. */
  original = $derived(this.tool && connection.templateOf(this.tool));
  templateText = $derived(setup.templateText === '' ? JSON.stringify(this.original, null, 2) : setup.templateText);
  edited = $derived(setup.templateText !== '');
  template = $derived(objectIn(this.templateText));
  /** @type {Problem | undefined} what is wrong with it */
  templateProblem = $derived(connection.ready && this.tool ? problemOfTemplate(this.templateText) : undefined);
  /** What would be sent. */
  preview = $derived(connection.ready ? previewOf(this.template, this.args, this.name) : { text: '' });

  /** What the tool is called by. */
  get name() {
    return connection.withoutManual ? setup.name : (this.tool?.name ?? '');
  }

  /** As the user left it, where it was chosen before. @param {Tool} tool @param {{ fresh?: boolean }} [how] */
  choose(tool, { fresh = false } = {}) {
    this.#put();
    run.clear();
    setup.tool = tool.name;
    const draft = fresh ? undefined : drafts.get(tool.name);
    const argsText = draft?.argsText || JSON.stringify(defaultsOf(tool.inputs), null, 2);
    Object.assign(setup, untouched, draft, { argsText });
    this.tool = tool;
  }

  /** Back to the list. */
  unchoose() {
    this.#put();
    run.clear();
    setup.tool = '';
    this.tool = undefined;
  }

  /** What a link of this endpoint says: an entry of the browser's history, or of the calls that were made. @param {string} hash */
  go(hash) {
    this.#put();
    run.clear();
    this.tool = undefined;
    setup.readTool(hash);
    this.restore();
  }

  #put() {
    if (this.tool) drafts.put(this.tool.name);
  }

  /** As a link or the last connection had it. */
  restore() {
    if (this.tool) return;
    const tool = connection.withoutManual
      ? connection.tools[0]
      : connection.tools.find(({ name }) => name === setup.tool);
    if (!tool) return;
    if (setup.tool !== tool.name) {
      if (connection.withoutManual) this.choose(tool);
      return;
    }
    const pretty = (/** @type {string} */ text) => prettyJson(text) ?? text;
    setup.argsText = pretty(setup.argsText) || JSON.stringify(defaultsOf(tool.inputs), null, 2);
    setup.templateText = pretty(setup.templateText);
    this.tool = tool;
  }

  /** The connection is gone, and the tool with it; what was set up stays. */
  leave() {
    if (!this.tool) return;
    run.clear();
    this.tool = undefined;
  }

  /** @param {boolean} streaming @param {{ sent: number, request: import('./run.svelte.js').Request }} [meanwhile] */
  call(streaming, meanwhile) {
    if (!this.tool || !this.args || !this.template) return;
    void run.start(streaming, { tool: this.name, args: this.args, template: this.template }, meanwhile);
  }
}

/** @param {string} text @returns {any} */
function objectIn(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} text */
function problemIn(text) {
  try {
    JSON.parse(text);
    return 'This has to be a JSON object: { "name": "value" }';
  } catch (error) {
    return `This is not JSON: ${/** @type {Error} */ (error).message}`;
  }
}

/** @param {any} schema @returns {Record<string, unknown>} */
function defaultsOf(schema) {
  if (schema.default) return schema.default;
  const properties = Object.entries(schema.properties ?? {});
  return Object.fromEntries(
    properties.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** @param {string} text @returns {Problem | undefined} */
function problemOfTemplate(text) {
  const template = objectIn(text);
  if (!template) return { where: '', message: problemIn(text) };
  try {
    validateCallTemplate(fill(template, setup.secret));
    return undefined;
  } catch (/** @type {any} */ error) {
    return { where: '', message: hide(error.message, setup.secret) };
  }
}

/** @param {any} template @param {any} args @param {string} toolName @returns {{ text: string, problem?: string }} */
function previewOf(template, args, toolName) {
  if (!template || !args) return { text: '', problem: 'The template and the arguments have to be JSON objects first.' };
  try {
    const messages = template.messages ?? [template.message];
    const rendered = messages.map((/** @type {any} */ message) =>
      renderMessage(message, args, { toolName, requestId: 1 }),
    );
    return { text: rendered.join('\n') };
  } catch (/** @type {any} */ error) {
    return { text: '', problem: error.message };
  }
}

export const chosen = new Chosen();
