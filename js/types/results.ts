// Owns the types of results, derived from the call template. Must not know how the template was written.
import type { AnyCallTemplate, Manual, ResponseFormat } from './templates.js';

/** Any JSON value, parsed. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [member: string]: JsonValue };

/**
 * One response. JSON is `unknown`, because it is not validated. A text is a string, or a `Uint8Array` if the peer answered
 * with a binary frame, or the `result` of a frame `{ "type": "tool_response", "result": … }`, which is any JSON. With the
 * `response_format` `raw`, frames are not unwrapped; with `base64`, a binary frame is a string.
 * @typeParam Format the type of `response_format`
 * @typeParam Path the type of `result_path`
 */
export type ToolResponse<
  Format extends ResponseFormat | undefined,
  Path extends string | undefined,
> = Path extends string
  ? unknown
  : Format extends 'json'
    ? unknown
    : Format extends 'raw'
      ? string | Uint8Array
      : Format extends 'base64'
        ? JsonValue
        : JsonValue | Uint8Array;

/**
 * The result of a call: a response, an array of responses if `expected_responses` is not 1, or `undefined` if it is 0.
 * @typeParam Format the type of `response_format`
 * @typeParam Count the type of `expected_responses`
 * @typeParam Path the type of `result_path`
 */
export type ToolResult<
  Format extends ResponseFormat | undefined,
  Count extends number | undefined,
  Path extends string | undefined,
> = Count extends number
  ? number extends Count
    ? ToolResponse<Format, Path> | ToolResponse<Format, Path>[] | undefined
    : Count extends 1
      ? ToolResponse<Format, Path>
      : Count extends 0
        ? undefined
        : ToolResponse<Format, Path>[]
  : ToolResponse<Format, Path>;

/**
 * One item of a stream. A text may also be the `result` of a frame `{ "type": "tool_response", "result": … }`, which is any JSON.
 * @typeParam Format the type of `response_format`
 * @typeParam Path the type of `result_path`
 */
export type ToolStreamItem<
  Format extends ResponseFormat | undefined,
  Path extends string | undefined,
> = Path extends string
  ? unknown
  : Format extends 'json'
    ? unknown
    : Format extends 'base64'
      ? JsonValue
      : JsonValue | Uint8Array;

/**
 * The call template of a call whose result type is a type argument; without one, nothing matches.
 * @typeParam Result the type of the result
 */
export type TemplateFor<Result> = [Result] extends [never] ? never : AnyCallTemplate;

/**
 * The result of `registerManual`.
 * @typeParam Template the type of the call template that was passed
 */
export interface RegisterManualResult<Template = AnyCallTemplate> {
  /** The call template that was passed. */
  manualCallTemplate: Template;
  /** Has no tools after a failure. */
  manual: Manual;
  /** Whether a valid manual arrived. */
  success: boolean;
  /** Why it failed, or which tools were left out and why. */
  errors: string[];
  /** The error of a failure, for `isUtcpWebSocketError`. */
  error?: unknown;
}
