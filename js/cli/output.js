// Owns the output of results and its format: a terminal, a pipe, a file. Must not know where they come from.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { painter, readable } from './terminal.js';
import { UsageError } from './usage.js';

/** The program was ended from outside: by a signal, or by the reader of its output. */
export class Ended {
  /** @param {number} exitCode */
  constructor(exitCode) {
    this.exitCode = exitCode;
  }
}

/** Writes results, no faster than they are read. */
export class Output {
  bytes = 0;
  #settings;
  #ending;
  #paint = painter(process.stdout);
  /** Opened with the first result: a call that fails must not empty a file. @type {NodeJS.WritableStream | undefined} */
  #stream;
  /** @type {unknown} */
  #failure;

  /**
   * @param {{ json: boolean, raw: boolean, output: string | undefined }} settings
   * @param {AbortController} ending aborted when nobody reads any more
   */
  constructor(settings, ending) {
    this.#settings = settings;
    this.#ending = ending;
    /** Whether results go to a terminal. */
    this.isSeen = Boolean(process.stdout.isTTY) && settings.output === undefined;
    /** Whether they are formatted for people. */
    this.forPeople = this.isSeen && !settings.json;
    process.stdout.on('error', (error) => this.#fail(error));
  }

  /** @param {unknown} value a result */
  async write(value) {
    await this.#send(this.forPeople ? `${readable(value, this.#paint)}\n` : this.#encode(value));
  }

  /** @param {string} text that says it all */
  async print(text) {
    await this.#send(`${text}\n`);
  }

  /** Resolves when everything is written. */
  async close() {
    const { output } = this.#settings;
    if (output === undefined || !this.#stream || this.#failure) return;
    await new Promise((resolve) => this.#stream?.end(() => resolve(undefined)));
    if (this.#failure) throw this.#failure;
    if (process.stderr.isTTY) console.error(`${output}: ${this.bytes.toLocaleString('en')} bytes`);
  }

  /** @param {unknown} value */
  #encode(value) {
    const { json, raw } = this.#settings;
    if (value instanceof Uint8Array && !json) return value;
    if (typeof value === 'string' && raw) return `${value}\n`;
    const text = JSON.stringify(value, (_name, member) =>
      member instanceof Uint8Array ? { binary: Buffer.from(member).toString('base64') } : member,
    );
    return `${text ?? 'null'}\n`;
  }

  /** @param {string | Uint8Array} data */
  async #send(data) {
    this.#stream ??= this.#open();
    this.bytes += Buffer.byteLength(data);
    if (!this.#stream.write(data) && !this.#failure) {
      await once(this.#stream, 'drain', { signal: this.#ending.signal }).catch(() => {});
    }
    if (this.#failure) throw this.#failure;
  }

  #open() {
    const { output } = this.#settings;
    if (output === undefined) return process.stdout;
    return createWriteStream(output).on('error', (error) => this.#fail(error));
  }

  /** @param {NodeJS.ErrnoException} error */
  #fail(error) {
    if (error.code === 'EPIPE') this.#failure = new Ended(0);
    else
      this.#failure = new UsageError(`${this.#settings.output ?? 'standard output'} cannot be written: ${error.code}`);
    this.#ending.abort(this.#failure);
  }
}
