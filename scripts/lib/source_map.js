// Owns making the published source map small: a third of the tarball would be columns, names and comments that nobody steps through.
// Must not know what is mapped.
import { decode, encode } from '@jridgewell/sourcemap-codec';

/** A source with its comments' lines left empty, so that all others keep their numbers. @param {string} text */
export const withoutComments = (text) => text.replace(/^ *(?:\/\*\*|\*|\/\/).*$/gm, '');

/**
 * The same map to the line: where in a file an error was thrown, and stepping through it.
 * @param {string} json
 * @param {(source: string) => boolean} written whether a source is one that somebody wrote: others are not in the repository
 */
export function toTheLine(json, written) {
  const map = JSON.parse(json);
  const mappings = decode(map.mappings).map((line) =>
    line
      .filter(([, source, number], i) => source !== line[i - 1]?.[1] || number !== line[i - 1]?.[2])
      .map((segment) => segment.slice(0, 4)),
  );
  const sourcesContent = map.sources.map((source, i) =>
    written(source) ? withoutComments(map.sourcesContent[i]) : null,
  );
  return JSON.stringify({ ...map, names: [], mappings: encode(mappings), sourcesContent });
}
