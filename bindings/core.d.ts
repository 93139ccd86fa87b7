// The shape of what bindings/ compiles to (dist/core.js): what js/ may use of it.

/** Who is spoken to while the core is entered. */
export interface CurrentHost {
  current: CoreHost | null;
}

/** What bindings/host.js calls below a wasm frame. Nothing here may throw or call back. */
export interface CoreHost {
  httpStatus: number;
  /** The call whose message Emscripten sends next, 0: the template's own. Set to the call that is started by its entry. */
  nextCall: number;
  /** Writes `FrameFacts` of bindings/imports.hpp. */
  describeFrame(words: Uint32Array, at: number): void;
  deliver(call: number, decoding: number, path: Uint8Array | null): void;
  settle(call: number): void;
  command(text: Uint8Array): void;
  deadline(milliseconds: number): void;
  readText(heap: Uint8Array, out: number, capacity: number, from: number): { read: number; written: number };
}

/** A session of the core: see bindings/session_host.hpp. */
export type CoreSession = number;

/** Every result is JSON text, a number or nothing. */
export interface CoreModule {
  host: CurrentHost;
  newSession(options: string): CoreSession;
  deleteSession(session: CoreSession): void;
  prepare(session: CoreSession, caller: number, toolName: string, callTemplate: string): string;
  release(session: CoreSession, tool: number): void;
  plan(session: CoreSession, tool: number, names: string, ofFilter: boolean): string;
  /** `startCallWith` without extras and without Embind: the hot path. */
  _utcp_ws_start_call(session: CoreSession, now: number, call: number, tool: number, mode: number): void;
  startCallWith(session: CoreSession, now: number, call: number, tool: number, mode: number, extras: string): void;
  abortCall(session: CoreSession, now: number, call: number): void;
  handleConsumed(session: CoreSession, now: number, call: number, items: number, bytes: number): void;
  handlePong(session: CoreSession, now: number, connection: number): void;
  /** `status` 0: there was no answer, and `body` says why. */
  handleToken(session: CoreSession, now: number, token: number, status: number, body: string): void;
  handleTimeout(session: CoreSession, now: number): void;
  deregister(session: CoreSession, caller: number, manual: string): void;
  close(session: CoreSession): void;
  setReporting(session: CoreSession, on: boolean): void;
  counts(session: CoreSession): string;
  isSecureWebSocketUrl(url: string): boolean;
  isSecureTokenUrl(url: string): boolean;
  validateCallTemplate(text: string): string;
  planMessage(message: string, names: string): string;
  parseManual(
    text: string,
    maxTools: number,
    maxDepth: number,
    source: string,
    keepLoopback: boolean,
    auth: string,
  ): string;
  errorTable(): string;
  heapInUse(): number;
}

export interface CoreSettings {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
  onAbort(what: unknown): never;
  /** What Emscripten's WebSocket API makes its sockets with. */
  WebSocket: new (
    url: string,
    protocols?: string[],
  ) => object;
  host: CurrentHost;
}

export default function createCore(settings: CoreSettings): Promise<CoreModule>;

/** Where the wasm is: beside the glue. */
export function wasmUrl(): URL;
