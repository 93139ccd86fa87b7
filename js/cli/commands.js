// Owns the commands: from the command line to a call template, a call, its results. Must not know terminals.
import { UnknownToolError } from './failures.js';
import { keepSecret } from './frames.js';
import { dataArguments, fill, fillUrl, readArguments, readTemplate, uploadArgument, withoutHeaders } from './input.js';
import { Progress } from './progress.js';
import { readRecipes, recipeOf } from './recipes.js';
import { recipeList, toolList } from './terminal.js';
import { hasTemplate, UsageError } from './usage.js';

/**
 * @typedef {import('./input.js').JsonObject} JsonObject
 * @typedef {import('./usage.js').Settings} Settings
 * @typedef {import('../types/shared.js').Tool} Tool
 * @typedef {{ settings: Settings, protocol: import('../api/index.js').WebSocketCommunicationProtocol,
 *   output: import('./output.js').Output, paint: ReturnType<typeof import('./terminal.js').painter>,
 *   signal: AbortSignal, note: (text: string) => void }} Context
 */

/** The manual's name in a tool's name, so that a dot in the tool's own name has no meaning. */
const MANUAL = 'cli';

/** @param {Context} context */
export async function discover(context) {
  const { settings, output, paint } = context;
  const template = await given(context);
  const tools = await toolsOf(context, template);
  if (output.forPeople) {
    const count = `${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}`;
    await output.print(tools.length === 0 ? count : `${toolList(tools, paint)}\n\n${paint('dim', count)}`);
    return;
  }
  for (const tool of tools) await output.write(hasTemplate(settings) ? withoutSecrets(tool, template) : tool);
}

/** What is called with what. @param {Context} context */
async function callOf(context) {
  const { settings, signal } = context;
  const args = { ...(await readArguments(settings.args, signal)), ...dataArguments(settings.data) };
  const template = await templateOf(context);
  return { template, args: { ...args, ...(await uploadArgument(settings, template)) } };
}

/** @param {Context} context */
export async function call(context) {
  const { protocol, signal, output, settings } = context;
  const { args, template } = await callOf(context);
  await output.write(await protocol.callTool(null, `${MANUAL}.${settings.tool}`, args, template, { signal }));
}

/** @param {Context} context */
export async function stream(context) {
  const { protocol, signal, output, settings } = context;
  const { args, template } = await callOf(context);
  const progress = new Progress(output);
  try {
    for await (const item of protocol.callToolStreaming(null, `${MANUAL}.${settings.tool}`, args, template, {
      signal,
    })) {
      await output.write(item);
      progress.count();
    }
  } finally {
    progress.stop();
  }
}

/** @param {Pick<Context, 'settings' | 'output' | 'paint'>} context */
export async function recipes({ settings, output, paint }) {
  if (settings.topic !== '') {
    const { template } = recipeOf(settings.topic);
    if (settings.json || output.forPeople) await output.write(template);
    else await output.print(JSON.stringify(template, null, 2)); // formatted, to be edited
    return;
  }
  const known = readRecipes();
  if (output.forPeople) await output.print(recipeList(known, paint));
  else for (const recipe of known) await output.write(recipe);
}

/** How the tool is called: as the template says, else as the manual does. @param {Context} context @returns {Promise<any>} */
export async function templateOf(context) {
  const { settings, note } = context;
  const template = await given(context);
  if (hasTemplate(settings) && !template.discovery) return template;
  const tools = await toolsOf(context, template);
  const tool = tools.find(({ name }) => name === settings.tool);
  if (!tool) {
    const names = tools.map(({ name }) => name);
    throw new UnknownToolError(`there is no tool ${settings.tool}; there are ${names.join(', ') || 'none'}`);
  }
  const found = tool.tool_call_template;
  const sameOrigin = originOf(found.url) === originOf(template.url);
  if (!sameOrigin && settings.headers.length > 0) {
    note(`the headers are not sent to ${originOf(found.url)}: the tool is of another origin than its manual`);
  }
  return withSettings(found, settings, sameOrigin ? (template.headers ?? {}) : {});
}

/** The call template that was given, or made of what was. @param {Context} context @returns {Promise<JsonObject>} */
export async function given({ settings, signal }) {
  const read = await readTemplate(settings, signal);
  const url = settings.url === undefined ? read.url : fillUrl(settings.url, 'the URL');
  // A name that no host has: it shows what the URL looks like.
  if (settings.recipe !== undefined && settings.url === undefined && /\.example\//.test(url)) {
    throw new UsageError(`the recipe ${settings.recipe} needs a URL, such as ${url}`);
  }
  const headers = settings.headers.map(([name, value]) => [name, fill(value, `the header ${name}`)]);
  const template = { call_template_type: 'websocket', ...read, url, name: MANUAL };
  keepSecret(secretIn(read.auth));
  return withSettings(template, settings, Object.fromEntries(headers));
}

/**
 * @param {JsonObject} template
 * @param {Settings} settings
 * @param {Record<string, string>} headers win over the template's
 */
function withSettings(template, { timeout }, headers) {
  const names = Object.keys(headers);
  return {
    ...template,
    ...(names.length > 0 && { headers: { ...withoutHeaders(template, names).headers, ...headers } }),
    ...(timeout && { timeout, connection_timeout: timeout, response_timeout: timeout }),
  };
}

/** @param {Context} context @param {JsonObject} template @returns {Promise<Tool[]>} */
export async function toolsOf({ protocol, signal, note }, template) {
  const result = await protocol.registerManual(null, /** @type {any} */ (template), { signal });
  if (!result.success) throw result.error;
  for (const error of result.errors) note(`left out: ${error}`);
  return result.manual.tools;
}

/**
 * Tools inherit their manual's credential, which came from the environment or a file and must not be printed. For tools built by
 * `discovery`, the whole call template came from there.
 * @param {Tool} tool
 * @param {JsonObject} template the manual's
 */
function withoutSecrets(tool, { auth, discovery }) {
  if (discovery) return { ...tool, tool_call_template: undefined };
  if (!auth || secretIn(tool.tool_call_template.auth) !== secretIn(auth)) return tool;
  const { auth: _, ...rest } = tool.tool_call_template;
  return { ...tool, tool_call_template: rest };
}

/** @param {any} auth @returns {unknown} */
const secretIn = (auth) => auth?.api_key ?? auth?.password ?? auth?.client_secret ?? auth?.access_token;

/** @param {unknown} url */
function originOf(url) {
  const text = String(url);
  return URL.canParse(text) ? new URL(text).origin : text;
}
