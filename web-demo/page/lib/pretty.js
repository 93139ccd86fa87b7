// Owns JSON with its structure in lines of its own. Must not change a digit of it: JSON.parse would, in long numbers.

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/** @param {string} text @returns {string | undefined} undefined where it is no JSON */
export function prettyJson(text) {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const parts = [];
  let depth = 0;
  let before = '';
  // Deeper ones stand below each other: their indents would be longer than they are.
  const newLine = () => parts.push(`\n${'  '.repeat(Math.min(depth, 50))}`);
  for (const [token] of text.matchAll(tokens)) {
    const opened = before === '{' || before === '[';
    if (token === '}' || token === ']') {
      depth -= 1;
      if (!opened) newLine();
    } else if (opened || before === ',') newLine();
    parts.push(token === ':' ? ': ' : token);
    if (token === '{' || token === '[') depth += 1;
    before = token;
  }
  return parts.join('');
}
