// Owns preparing a call: its tool, its message, its header values. All of the caller's code (getters,
// `toJSON`, proxies) runs in here, before anything is registered. Must not know how the call continues.
import { MODE_DISCOVERY } from '../../dist/constants.js';
import { Arguments, randomUuid, renderPlan } from './message.js';
import { Outbox } from './outbox.js';
import { checkShape, isOfLeaving, renderEarly, usesUuid } from './plan.js';
import { forCore, PLAN_OF_FILTER, PLAN_OF_LEAVING, PLAN_OF_SECOND_MESSAGE, planFor, templateText } from './tools.js';

/**
 * `timeout`: seconds for this call alone, 0: none. `given`: receives the result of `credentials` for the connection of the answer.
 * @typedef {{ caller: number, toolName: string, args: unknown, template: unknown, timeout?: number | undefined, given?: { text: string },
 *   onProgress?: ((value: any) => void) | undefined, traceContext?: import('./trace_context.js').TraceContext | undefined }} Request
 */

/** @param {Request} request @returns {Request} the same as it is now: the caller may change what it gave */
export function snapshotOf(request) {
  const template = JSON.parse(templateText(request.template));
  return { ...request, template, args: new Arguments(request.args).snapshot() };
}

/**
 * @param {import('./tools.js').Core & { freshId: () => string }} driver
 * @param {import('./tools.js').Tools} tools
 * @param {number} mode
 * @param {Request} request
 * @param {number} id the call's
 * @returns {{ tool: import('./tools.js').PreparedTool, message: import('./calls.js').Message, outbox: Outbox | undefined, extras: string | undefined }}
 *   `outbox`: instead of the message, if there are several; `extras`: JSON of further facts for the core
 */
export function compose(driver, tools, mode, { caller, toolName, args, template, timeout, traceContext }, id) {
  const tool = tools.prepare(driver, caller, toolName, template);
  const values = new Arguments(args, traceContext?.headers, tool.base64);
  const plan = mode === MODE_DISCOVERY ? tool.discovery : tools.planFor(driver, tool, values);
  const chunked = mode === MODE_DISCOVERY ? undefined : values.chunked();
  const first = plan ?? tool.plan ?? [];
  const plans = mode !== MODE_DISCOVERY && (tool.more > 0 || chunked !== undefined) ? [first] : undefined;
  for (let i = 0; plans && i < tool.more; i += 1) {
    plans.push(planFor(driver, tool, values, PLAN_OF_SECOND_MESSAGE + i));
  }
  checkShape(values, plans?.flat() ?? first);
  const uuid = (plans ? plans.some(usesUuid) : tool.usesUuid) ? randomUuid() : undefined;
  /** @type {import('./message.js').BuiltIns} */
  const builtIns = { requestId: String(id), toolName: tool.name, uuid, freshId: driver.freshId };
  const bytes = mode === MODE_DISCOVERY ? undefined : tool.bytes;
  const render = tool.captures ? renderEarly : renderPlan;
  const text = () => (plan ? render(plan, values, builtIns) : values.all());
  const outbox = plans && new Outbox(tool, plans, values, chunked, builtIns);
  const message = outbox ? '' : bytes === undefined ? text() : (values.bytes(bytes) ?? toBinary(text()));
  const leaves = tool.leaves && mode !== MODE_DISCOVERY;
  if (tool.headerFields.length === 0 && !uuid && !tool.filters && !leaves && !outbox && timeout === undefined) {
    return { tool, message, outbox, extras: undefined };
  }
  const headers = tool.headerFields.map((name) => values.text(name) ?? null);
  const filter =
    tool.filters && mode !== MODE_DISCOVERY
      ? render(planFor(driver, tool, values, PLAN_OF_FILTER), values, builtIns)
      : undefined;
  const leave = leaves
    ? renderEarly(planFor(driver, tool, values, PLAN_OF_LEAVING), values, builtIns, isOfLeaving)
    : undefined;
  const uploads = chunked === undefined ? undefined : true;
  const extras = JSON.stringify({ headers, uuid, filter, leave, timeout, uploads });
  return { tool, message, outbox, extras: forCore(extras, 'the text for headers, message_filter and leave_message') };
}

/** @param {string | import('./message.js').Piece[]} text pieces: not yet */
function toBinary(text) {
  return typeof text === 'string' ? new TextEncoder().encode(text) : text;
}

/** What is to be sent, once the connection's captured values are known. @param {import('./calls.js').Call} call @param {number | string} what */
export function complete({ message, mode, tool }, what) {
  if (!Array.isArray(message)) return message;
  const text = renderOwn(message, { captured: capturedIn(what) });
  return tool?.bytes === undefined || mode === MODE_DISCOVERY ? text : new TextEncoder().encode(text);
}

/**
 * A message without arguments.
 * @param {import('./message.js').Piece[]} plan @param {Partial<import('./message.js').BuiltIns>} builtIns
 */
export function renderOwn(plan, builtIns) {
  return renderPlan(plan, new Arguments({}), { requestId: '', toolName: '', freshId: () => '', ...builtIns });
}

/** @param {number | string} what a call's number, before captured values where there are some @returns {Record<string, string>} */
export function capturedIn(what) {
  return typeof what === 'string' ? JSON.parse(what.slice(what.indexOf(' '))) : {};
}
