// Owns the types of what a call gives, worked out from its call template. Must not know how the template was written.
import type { AnyCallTemplate, Manual, ResponseFormat } from './templates.js';

/** Any JSON value, parsed. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [member: string]: JsonValue };

/**
 * One response. JSON is `unknown`, because nobody has checked it. A text is a string, or a `Uint8Array` where the peer answered
 * with a binary frame, or the `result` of a frame `{ "type": "tool_response", "result": … }`, which is any JSON; with the
 * `response_format` `raw` a frame is not looked into, with `base64` a binary frame is a string.
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
 * What a call resolves with: a response, an array of them where `expected_responses` is not 1, or `undefined` where it is 0.
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
 * The call template of a call whose result's type is given as a type argument; without one it fits nothing.
 * @typeParam Result that type
 */
export type TemplateFor<Result> = [Result] extends [never] ? never : AnyCallTemplate;

/**
 * What `registerManual` resolves with.
 * @typeParam Template the type of the call template that was given
 */
export interface RegisterManualResult<Template = AnyCallTemplate> {
  /** The one that was given. */
  manualCallTemplate: Template;
  /** Without tools where it failed. */
  manual: Manual;
  /** Whether the manual came and could be read. */
  success: boolean;
  /** Why it failed, or which tools were left out and why. */
  errors: string[];
  /** What it failed with, where it failed: for `isUtcpWebSocketError`. */
  error?: unknown;
}
