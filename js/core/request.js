// Owns what a call needs before it is made: its tool, its message, what goes into headers. All of the caller's own code (getters,
// `toJSON`, proxies) runs in here, so that nothing is registered before it. Must not know what becomes of the call.
import { MODE_DISCOVERY } from '../../dist/constants.js';
import { Arguments, checkShape, randomUuid, renderPlan } from './message.js';
import { forCore, templateText } from './tools.js';

/**
 * `timeout`: seconds for this call alone, 0: none. `given`: takes what the option `credentials` gave to the connection that the answer came on.
 * @typedef {{ caller: number, toolName: string, args: unknown, template: unknown, timeout?: number | undefined, given?: { text: string },
 *   traceContext?: import('./trace_context.js').TraceContext | undefined }} Request
 */

/** @param {Request} request @returns {Request} the same as it is now: the caller may change what it gave */
export function snapshotOf(request) {
  const template = JSON.parse(templateText(request.template));
  return { ...request, template, args: JSON.parse(new Arguments(request.args).all()) };
}

/**
 * @param {import('./tools.js').Core} driver
 * @param {import('./tools.js').Tools} tools
 * @param {number} mode
 * @param {Request} request
 * @param {number} id the call's
 * @returns {{ tool: import('./tools.js').PreparedTool, message: string, extras: string | undefined }} `extras`: JSON of what the core
 *   needs to know of this call besides
 */
export function compose(driver, tools, mode, { caller, toolName, args, template, timeout }, id) {
  const tool = tools.prepare(driver, caller, toolName, template);
  const values = new Arguments(args);
  const plan = mode === MODE_DISCOVERY ? tool.discovery : tools.planFor(driver, tool, values);
  checkShape(values, plan ?? tool.plan ?? []);
  const uuid = tool.usesUuid ? randomUuid() : '';
  const builtIns = { requestId: String(id), toolName: tool.name, uuid };
  const message = plan ? renderPlan(plan, values, builtIns) : values.all();
  if (tool.headerFields.length === 0 && uuid === '' && !tool.filters && timeout === undefined) {
    return { tool, message, extras: undefined };
  }
  const headers = tool.headerFields.map((name) => values.text(name) ?? null);
  const filter = tool.filters
    ? JSON.parse(renderPlan(tools.filterPlanFor(driver, tool, values), values, builtIns))
    : undefined;
  const extras = JSON.stringify({ headers, uuid, filter, timeout });
  return { tool, message, extras: forCore(extras, 'what goes into headers and message_filter') };
}
