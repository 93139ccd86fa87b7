// Owns small faults: which a source file may get, as a careless change would make them. Must not know how they are noticed.

/** What a fault looks like: a pattern with one group, which is replaced. Blanks tell operators from templates and types. */
const faults = [
  [/ (<) /g, '<='],
  [/ (<=) /g, '<'],
  [/ (>) /g, '>='],
  [/ (>=) /g, '>'],
  [/ (={2,3}) /g, (text) => `!${text.slice(1)}`],
  [/ (!={1,2}) /g, (text) => `=${text.slice(1)}=`.slice(0, text.length)],
  [/ (&&) /g, '||'],
  [/ (\|\|) /g, '&&'],
  [/[\w)\]] (\+) /g, '-'],
  [/[\w)\]] (-) /g, '+'],
  [/(\+\+)/g, '--'],
  [/(--)/g, '++'],
  [/ (\+=) /g, '-='],
  [/ (-=) /g, '+='],
  [/\b(true)\b/g, 'false'],
  [/\b(false)\b/g, 'true'],
  [/(?<![\w.'])(\d+)(?![\w.'])/g, (text) => String(Number(text) + 1)],
  [/(?:if \(|return |&& |\|\| )(!)[\w(]/g, ''],
  [/^ +((?:break|continue);)$/gm, ';'],
  // A statement of one line that is no declaration: an assignment, or a call.
  [/^ +((?!return|const|let|throw|case|using|auto|else|static)[\w.>\-#?[\]()]+ [-+|]?= .*;)$/gm, ';'],
  [/^ +((?:this\.)?[#\w.>?-]+\([^;]*\);)$/gm, ';'],
];

/** The text with its comments, strings and preprocessor lines blanked out, so that places stay. @param {string} text */
function codeOf(text) {
  const blank = (/** @type {string} */ found) => found.replace(/[^\n]/g, ' ');
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|^#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'|`(?:[^`\\]|\\[\s\S])*`|^(?:import|export) [^\n]* from [^\n]*|static_assert\([^\n]*/gm,
    (found) => (/^'\d{3}$/.test(found) ? found : blank(found)),
  );
}

/**
 * @typedef {{ file: string, at: number, line: number, from: string, to: string, text: string }} Mutant `text`: its line, as it was
 * @param {string} file @param {string} text @returns {Mutant[]} in the order of their places
 */
export function mutantsOf(file, text) {
  const code = codeOf(text);
  const found = [];
  for (const [pattern, to] of faults) {
    for (const match of code.matchAll(pattern)) {
      const at = match.index + match[0].indexOf(match[1]);
      const from = text.slice(at, at + match[1].length);
      const line = text.slice(0, at).split('\n').length;
      const replaced = typeof to === 'string' ? to : to(from);
      found.push({ file, at, line, from, to: replaced, text: text.split('\n')[line - 1].trim() });
    }
  }
  return found.sort((a, b) => a.at - b.at || a.from.length - b.from.length);
}

/** @param {string} text @param {Mutant} mutant */
export function mutate(text, { at, from, to }) {
  return text.slice(0, at) + to + text.slice(at + from.length);
}

/** The same for the same seed: Mulberry32. @param {number} seed @returns {() => number} from 0 to 1 */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` of `all`, drawn by `seed`. @template T @param {T[]} all @param {number} count @param {number} seed @returns {T[]} */
export function draw(all, count, seed) {
  const next = random(seed);
  const rest = [...all];
  const drawn = [];
  while (rest.length > 0 && drawn.length < count) {
    const [one] = rest.splice(Math.floor(next() * rest.length), 1);
    drawn.push(one);
  }
  return drawn;
}
