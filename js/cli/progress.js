// Owns the line on standard error that shows a stream's progress, while its items go elsewhere.

const INTERVAL = 200; // milliseconds

/** Shows nothing unless standard error is a terminal and the items go elsewhere. */
export class Progress {
  #items = 0;
  #shown = false;
  #start = performance.now();
  #output;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {import('./output.js').Output} output */
  constructor(output) {
    this.#output = output;
    if (process.stderr.isTTY && !output.isSeen) this.#timer = setInterval(() => this.#show(), INTERVAL).unref();
  }

  count() {
    this.#items += 1;
  }

  stop() {
    clearInterval(this.#timer);
    if (!this.#shown) return; // it was over too soon to be shown
    this.#show();
    process.stderr.write('\n');
  }

  #show() {
    this.#shown = true;
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(1);
    const text = `${this.#items.toLocaleString('en')} items, ${this.#output.bytes.toLocaleString('en')} bytes, ${seconds} s`;
    process.stderr.write(`\r\x1b[K${text}`);
  }
}
