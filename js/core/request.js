// Owns what a call needs before it is made: its tool, its message, what goes into headers. All of the caller's own code (getters,
// `toJSON`, proxies) runs in here, so that nothing is registered before it. Must not know what becomes of the call.
import { MODE_DISCOVERY } from '../../dist/constants.js';
import { Arguments, checkShape, randomUuid, renderPlan } from './message.js';
import { forCore, PLAN_OF_FILTER, PLAN_OF_LEAVING, planFor, templateText } from './tools.js';

/**
 * `timeout`: seconds for this call alone, 0: none. `given`: takes what the option `credentials` gave to the connection that the answer came on.
 * @typedef {{ caller: number, toolName: string, args: unknown, template: unknown, timeout?: number | undefined, given?: { text: string },
 *   onProgress?: ((value: any) => void) | undefined, traceContext?: import('./trace_context.js').TraceContext | undefined }} Request
 */

/** @param {Request} request @returns {Request} the same as it is now: the caller may change what it gave */
export function snapshotOf(request) {
  const template = JSON.parse(templateText(request.template));
  return { ...request, template, args: JSON.parse(new Arguments(request.args).all()) };
}

/**
 * @param {import('./tools.js').Core & { freshId: () => string }} driver
 * @param {import('./tools.js').Tools} tools
 * @param {number} mode
 * @param {Request} request
 * @param {number} id the call's
 * @returns {{ tool: import('./tools.js').PreparedTool, message: string, extras: string | undefined }} `extras`: JSON of what the core
 *   needs to know of this call besides
 */
export function compose(driver, tools, mode, { caller, toolName, args, template, timeout, traceContext }, id) {
  const tool = tools.prepare(driver, caller, toolName, template);
  const values = new Arguments(args, traceContext?.headers);
  const plan = mode === MODE_DISCOVERY ? tool.discovery : tools.planFor(driver, tool, values);
  checkShape(values, plan ?? tool.plan ?? []);
  const uuid = tool.usesUuid ? randomUuid() : undefined;
  /** @type {import('./message.js').BuiltIns} */
  const builtIns = { requestId: String(id), toolName: tool.name, uuid, freshId: driver.freshId };
  const message = plan ? renderPlan(plan, values, builtIns) : values.all();
  const leaves = tool.leaves && mode !== MODE_DISCOVERY;
  if (tool.headerFields.length === 0 && !uuid && !tool.filters && !leaves && timeout === undefined) {
    return { tool, message, extras: undefined };
  }
  const headers = tool.headerFields.map((name) => values.text(name) ?? null);
  const filter =
    tool.filters && mode !== MODE_DISCOVERY
      ? JSON.parse(renderPlan(planFor(driver, tool, values, PLAN_OF_FILTER), values, builtIns))
      : undefined;
  // A message of its own, with a new id of its own.
  const leave = leaves
    ? renderPlan(planFor(driver, tool, values, PLAN_OF_LEAVING), values, { ...builtIns, newId: undefined })
    : undefined;
  const extras = JSON.stringify({ headers, uuid, filter, leave, timeout });
  return { tool, message, extras: forCore(extras, 'what goes into headers, message_filter and leave_message') };
}
