// The native client, shown as the package for JavaScript shows itself: what the contract and the tests of the package need.
// Each process has one program of tests/client/driver; requests and answers are lines of JSON.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ERRORS } from '../../dist/constants.js';
import { createError } from '../../js/base/errors.js';
import { fromRoot } from '../../scripts/lib/repo.js';

export * from '../../js/base/errors.js';

/** Bytes in the driver's JSON. */
const revived = (_key, value) =>
  typeof value?.$bytes === 'string' ? new Uint8Array(Buffer.from(value.$bytes, 'base64')) : value;

class Program {
  #child;
  #last = 0;
  /** How it ended: its exit code or signal. */
  #how;
  /** @type {Map<number, (answer: any) => void>} */
  #waiting = new Map();
  /** @type {Map<number, WebSocketCommunicationProtocol>} */
  protocols = new Map();
  /** By the id of the call. @type {Map<number, ((value: any) => void) | undefined>} */
  progress = new Map();
  /** What gives the chunks of an argument, by the id of the call. @type {Map<number, { iterable: AsyncIterable<any>, iterator?: AsyncIterator<any> }>} */
  sources = new Map();

  constructor(binary) {
    this.#child = spawn(binary, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => {
      this.#child.on('exit', (code, signal) => {
        this.#how = code ?? signal;
        for (const id of this.#waiting.keys()) this.#take({ id, error: `the driver has ended: ${this.#how}` });
        resolve(this.#how);
      });
      this.#child.stdin.on('error', () => {}); // the exit tells it
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(JSON.parse(line, revived)));
    // It must not keep a test's process, which ends when its own work is done.
    for (const part of [this.#child, this.#child.stdin, this.#child.stdout]) part.unref();
  }

  /** @param {object} request */
  say(request) {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
  }

  /** The id of a request, and its answer. @param {object} request @returns {{ id: number, answer: Promise<any> }} */
  ask(request) {
    if (this.#how !== undefined) throw new Error(`the driver has ended: ${this.#how}`);
    this.#last += 1;
    const id = this.#last;
    const answer = new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#keepAlive();
    });
    this.say({ ...request, id });
    return { id, answer };
  }

  /** A request without an answer of its own gets an id, too. */
  newId() {
    this.#last += 1;
    return this.#last;
  }

  #take(line) {
    if (line.event || line.credentials) return this.protocols.get(line.client)?.take(line);
    if (line.source) return this.#chunk(line);
    if ('progress' in line) return this.progress.get(line.id)?.(line.progress);
    const settle = this.#waiting.get(line.id);
    this.#waiting.delete(line.id);
    this.#keepAlive();
    return settle?.(line);
  }

  async #chunk({ id, source }) {
    const from = this.sources.get(id);
    try {
      from.iterator ??= from.iterable[Symbol.asyncIterator]();
      if (source === 'stop') return await from.iterator.return?.();
      const { done, value } = await from.iterator.next();
      const isBytes = value instanceof ArrayBuffer || ArrayBuffer.isView(value);
      const chunk = isBytes
        ? { bytes: [...new Uint8Array(value.buffer ?? value, value.byteOffset, value.byteLength)] }
        : { value };
      this.say({ do: 'chunk', id, ...(done ? {} : chunk) });
    } catch (error) {
      this.say({ do: 'chunk', id, error: String(error?.message) });
    }
  }

  #keepAlive() {
    if (this.#waiting.size > 0) this.#child.stdout.ref();
    else this.#child.stdout.unref();
  }

  /** Ends it; resolves with its exit code, which is not 0 where something leaked. */
  end() {
    this.#child.stdin.end();
    this.#child.ref();
    return this.ended;
  }
}

/** @type {Program} */
let program;

/** Starts the driver. Build it first: `npm test -- clang`, or its target `utcp_client_driver`. */
export async function start() {
  program = new Program(fromRoot('build', 'clang-debug', 'utcp_client_driver'));
  const { value } = await program.ask({ do: 'pure', what: 'table' }).answer;
  assert.deepEqual(value, ERRORS);
}

export const end = () => program.end();
export const ready = async () => {};

/** @param {any} answer @param {AbortSignal | undefined} signal */
function settled({ value, error }, signal) {
  if (error === undefined) return value;
  if (typeof error === 'string') throw new Error(error);
  if (error.code === 'aborted' && signal) throw signal.reason;
  const { detail, cause, ...rest } = error;
  throw createError(rest, {
    ...(detail !== undefined && { detail: JSON.parse(detail) }),
    ...(cause !== undefined && { cause: new Error(cause) }),
  });
}

/** An error of the driver's, thrown. @param {object} request */
async function pure(request) {
  return settled(await program.ask({ do: 'pure', ...request }).answer);
}

/** Rejects with what is wrong. */
export const validateCallTemplate = (template) => pure({ what: 'template', text: JSON.stringify(template) });

let clients = 0;
let callers = 0;
/** @type {Map<unknown, number>} */
const callerNumbers = new Map();
const numberOf = (caller) => {
  if (caller === null || caller === undefined) return 0;
  if (!callerNumbers.has(caller)) {
    callers += 1;
    callerNumbers.set(caller, callers);
  }
  return callerNumbers.get(caller);
};

/** What a request says of arguments, one of which may be an async iterable. */
function argumentsOf(args) {
  const [name] = Object.keys(args ?? {}).filter((key) => args[key]?.[Symbol.asyncIterator]);
  if (name === undefined) return { said: { args } };
  const { [name]: iterable, ...rest } = args;
  return { said: { args: rest, chunks: name }, iterable };
}

class NativeEvent extends Event {
  constructor({ type, ...facts }) {
    super(type);
    Object.assign(this, facts);
  }
}

export class WebSocketCommunicationProtocol extends EventTarget {
  #client;
  #credentials;

  constructor({ credentials, ...options } = {}) {
    super();
    clients += 1;
    this.#client = clients;
    this.#credentials = credentials;
    program.protocols.set(this.#client, this);
    program.say({
      do: 'client',
      client: this.#client,
      options: { ...options, credentials: credentials !== undefined },
    });
  }

  /** What the driver says unasked. */
  async take({ event, credentials, request }) {
    if (event) return this.dispatchEvent(new NativeEvent(event));
    try {
      const value = (await this.#credentials(request)) ?? {};
      program.say({ do: 'credentials', reply: credentials, value });
    } catch (error) {
      program.say({ do: 'credentials', reply: credentials, error: String(error?.message) });
    }
  }

  async #ask(request, { signal, timeout, onProgress } = {}, iterable) {
    signal?.throwIfAborted();
    const progress = onProgress !== undefined;
    const { id, answer } = program.ask({ ...request, client: this.#client, timeout, progress });
    program.progress.set(id, onProgress);
    if (iterable) program.sources.set(id, { iterable });
    const abort = () => program.say({ do: 'abort', id });
    signal?.addEventListener('abort', abort);
    try {
      return settled(await answer, signal);
    } finally {
      program.progress.delete(id);
      signal?.removeEventListener('abort', abort);
    }
  }

  async registerManual(caller, template, options = {}) {
    try {
      const { manual, leftOut } = await this.#ask({ do: 'register', caller: numberOf(caller), template }, options);
      return { manualCallTemplate: template, manual, success: true, errors: leftOut };
    } catch (error) {
      if (options.signal?.aborted && error === options.signal.reason) throw error;
      return { manualCallTemplate: template, manual: { tools: [] }, success: false, errors: [error.message], error };
    }
  }

  callTool(caller, tool, args, template, options) {
    const { said, iterable } = argumentsOf(args);
    return this.#ask({ do: 'call', caller: numberOf(caller), tool, ...said, template }, options, iterable);
  }

  async *callToolStreaming(caller, tool, args, template, { signal, timeout, onProgress } = {}) {
    signal?.throwIfAborted();
    const stream = program.newId();
    const progress = onProgress !== undefined;
    const { said, iterable } = argumentsOf(args);
    const request = { caller: numberOf(caller), tool, ...said, template, timeout, progress };
    program.progress.set(stream, onProgress);
    if (iterable) program.sources.set(stream, { iterable });
    program.say({ do: 'stream', id: stream, client: this.#client, ...request });
    const abort = () => program.say({ do: 'abort', id: stream });
    signal?.addEventListener('abort', abort);
    try {
      for (;;) {
        const answer = await program.ask({ do: 'next', stream }).answer;
        if (answer.done) return;
        yield settled(answer, signal);
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      program.progress.delete(stream);
      await program.ask({ do: 'leave', stream }).answer;
    }
  }

  async deregisterManual(caller, { name }) {
    await this.#ask({ do: 'deregister', caller: numberOf(caller), name });
  }

  async close() {
    await this.#ask({ do: 'close' });
  }

  /** What is alive in the client. */
  counts() {
    return this.#ask({ do: 'counts' });
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }
}
