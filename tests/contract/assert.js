// Assertions that run in every host: each throws an Error that says what was expected and what came.

/** @param {unknown} value */
const show = (value) => {
  if (value instanceof Error) return `${value.name} ${value.code ?? ''}: ${value.message}`;
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text;
};

/** @param {unknown} condition @param {string} what */
export function ok(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}

/** @param {unknown} actual @param {unknown} expected @param {string} [what] */
export function equal(actual, expected, what = 'the value') {
  if (!Object.is(actual, expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Compares what JSON can hold, and bytes. @param {unknown} actual @param {unknown} expected @param {string} [what] */
export function same(actual, expected, what = 'the value') {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value, bytesAsText));
  if (a !== b) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** @param {string} _key @param {unknown} value */
const bytesAsText = (_key, value) => (value instanceof Uint8Array ? `bytes ${value.join()}` : value);

/**
 * Waits for a promise to reject, with an error that has these members.
 * @param {Promise<unknown>} promise
 * @param {Record<string, unknown>} members
 * @returns {Promise<any>} the error
 */
export async function fails(promise, members) {
  const settled = await promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  if (!('error' in settled)) throw new Error(`expected ${show(members)}, but it resolved with ${show(settled.value)}`);
  const { error } = settled;
  for (const [name, value] of Object.entries(members)) equal(error[name], value, `${name} of ${show(error)}`);
  return error;
}

/** All items of a stream. @param {AsyncIterable<any>} stream */
export async function collect(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}
