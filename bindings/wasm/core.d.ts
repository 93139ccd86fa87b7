// The shape of what bindings/ compiles to (dist/core.js): what js/ may use of it.

/** What bindings/wasm/host.js calls below a wasm frame. Nothing here may throw or call back. */
export interface CoreHost {
  readText(heap: Uint8Array, out: number, capacity: number, from: number): { read: number; written: number };
}

/** A session of the core: see bindings/session_host.hpp. */
export type CoreSession = number;

/** Every result is JSON text, a number or nothing. */
export interface CoreModule {
  newSession(options: string): CoreSession;
  deleteSession(session: CoreSession): void;
  prepare(session: CoreSession, caller: number, toolName: string, callTemplate: string): string;
  release(session: CoreSession, tool: number, messages: number): void;
  plan(session: CoreSession, tool: number, messages: number, names: string, of: number): string;
  /** `startCallWith` without extras and without Embind: the hot path. */
  _utcp_ws_start_call(session: CoreSession, now: number, call: number, tool: number, mode: number): void;
  startCallWith(session: CoreSession, now: number, call: number, tool: number, mode: number, extras: string): void;
  abortCall(session: CoreSession, now: number, call: number, wasSent: boolean): void;
  handleUpload(session: CoreSession, now: number, call: number, progress: number): void;
  handleConsumed(session: CoreSession, now: number, call: number, items: number, bytes: number): void;
  handlePong(session: CoreSession, now: number, connection: number): void;
  /** `kind`: the core's number, see js/host/failure.js. */
  handleOpeningFailed(
    session: CoreSession,
    now: number,
    connection: number,
    kind: number,
    status: number,
    text: string,
  ): void;
  handleTokenFailed(session: CoreSession, now: number, token: number, kind: number, text: string): void;
  /** `given`: of the option `credentials`; answers the new handshake. */
  addCredentials(session: CoreSession, connection: number, given: string): string;
  /** By connection; where that is 0, by call template and what the option `credentials` gave (JSON). */
  mask(session: CoreSession, connection: number, callTemplate: string, given: string, text: string): string;
  handleToken(session: CoreSession, now: number, token: number, status: number, body: string): void;
  handleTimeout(session: CoreSession, now: number): void;
  handleWake(session: CoreSession, now: number): void;
  deregister(session: CoreSession, caller: number, manual: string): void;
  close(session: CoreSession): void;
  setReporting(session: CoreSession, on: boolean): void;
  counts(session: CoreSession): string;
  isSecureWebSocketUrl(url: string): boolean;
  isSecureTokenUrl(url: string): boolean;
  validateCallTemplate(text: string): string;
  planMessage(message: string, names: string, missing: number): string;
  argumentNames(callTemplate: string): string;
  parseManual(
    text: string,
    maxBytes: number,
    maxTools: number,
    maxDepth: number,
    source: string,
    keepLoopback: boolean,
  ): string;
  heapInUse(): number;
  /** The address of the session's `ChannelWords` (bindings/wasm/channel.hpp). */
  channel(session: CoreSession): number;
  /** Sockets in Emscripten's table, for leak tests. */
  socketCount(): number;
}

export interface CoreSettings {
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
  onAbort(what: unknown): never;
  /** What Emscripten's WebSocket API makes its sockets with. */
  WebSocket: new (
    connection: string,
  ) => object;
  host: CoreHost;
}

export default function createCore(settings: CoreSettings): Promise<CoreModule>;

/** Where the wasm is: beside the glue, or its bytes where they are in JavaScript. */
export function wasmSource(): URL | Promise<ArrayBuffer>;
