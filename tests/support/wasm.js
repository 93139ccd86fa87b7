// The wasm binary, for tests that look inside it.
import { readFileSync } from 'node:fs';

export const wasmUrl = new URL('../../dist/core.wasm', import.meta.url);

export function wasmBytes() {
  return readFileSync(wasmUrl);
}

/** The same module with a memory that cannot grow beyond `pages` of 64 KiB: what a device short of memory is like. */
export function withMemoryLimit(bytes, pages) {
  let at = 8; // magic and version
  while (at < bytes.length) {
    const id = bytes[at];
    const size = readUnsigned(bytes, at + 1);
    if (id === 5) {
      const [count, , flags] = [bytes[size.end], 0, bytes[size.end + 1]];
      if (count !== 1) throw new Error('expected one memory');
      const initial = readUnsigned(bytes, size.end + 2).value;
      const section = [1, flags | 1, ...unsigned(initial), ...unsigned(pages)];
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from([5, ...unsigned(section.length), ...section]),
        bytes.subarray(size.end + size.value),
      ]);
    }
    at = size.end + size.value;
  }
  throw new Error('no memory section');
}

/** LEB128 (WebAssembly specification 5.2.2). */
function readUnsigned(bytes, at) {
  let value = 0;
  let shift = 0;
  let end = at;
  do {
    value |= (bytes[end] & 0x7f) << shift;
    shift += 7;
  } while (bytes[end++] & 0x80);
  return { value, end };
}

function unsigned(value) {
  const bytes = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return bytes;
}
