// Owns making the published source map small: it says where in the repository an error was thrown. With columns, names and the sources
// themselves it would be a third of the tarball.
// Must not know what is mapped.
import { decode, encode } from '@jridgewell/sourcemap-codec';

/** The same map to the line. @param {string} json */
export function toTheLine(json) {
  const { sourcesContent, ...map } = JSON.parse(json);
  const mappings = decode(map.mappings).map((line) =>
    line
      .filter(([, source, number], i) => source !== line[i - 1]?.[1] || number !== line[i - 1]?.[2])
      .map((segment) => segment.slice(0, 4)),
  );
  return JSON.stringify({ ...map, names: [], mappings: encode(mappings) });
}
