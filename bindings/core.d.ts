// The shape of what bindings/ compiles to (dist/core.js): what js/ may use of it.

/** One session of the core. Every result is JSON text or nothing; see bindings/session_host.hpp. */
export interface CoreSession {
  prepare(caller: number, toolName: string, callTemplate: string): string;
  release(tool: number): void;
  plan(tool: number, names: string): string;
  startCall(now: number, call: number, tool: number, mode: number): void;
  startCallWith(now: number, call: number, tool: number, mode: number, extras: string): void;
  abortCall(now: number, call: number): void;
  handleConsumed(call: number, items: number, bytes: number): void;
  handleTimeout(now: number): void;
  deregister(caller: number, manual: string): void;
  close(): void;
  setReporting(on: boolean): void;
  counts(): string;
  /** Embind: frees the session. */
  delete(): void;
}

/** What bindings/host.js calls below a wasm frame. Nothing here may throw or call back. */
export interface CoreHost {
  httpStatus: number;
  deliver(call: number, decoding: number, path: Uint8Array | null): void;
  settle(call: number): void;
  command(text: Uint8Array): void;
  deadline(milliseconds: number): void;
  readText(out: Uint8Array, from: number): { read: number; written: number };
}

export interface CoreModule {
  host: CoreHost | null;
  SessionHost: new (options: string) => CoreSession;
  isSecureWebSocketUrl(url: string): boolean;
  isSecureTokenUrl(url: string): boolean;
  validateCallTemplate(text: string): string;
  planMessage(message: string, names: string): string;
  parseManual(text: string, maxTools: number, maxDepth: number, source: string): string;
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
  WebSocket: new (url: string, protocols?: string[]) => object;
  host: CoreHost | null;
}

export default function createCore(settings: CoreSettings): Promise<CoreModule>;
