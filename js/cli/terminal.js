// Owns output to a terminal: colours if they are wanted, and no control characters from remote texts.

/** @typedef {'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue'} Style */

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34 };

/**
 * @param {NodeJS.WriteStream} stream
 * @returns {(style: Style, text: string) => string}
 */
export function painter(stream) {
  const { NO_COLOR, TERM } = process.env;
  if (!stream.isTTY || NO_COLOR || TERM === 'dumb') return (_style, text) => text;
  return (style, text) => `\x1b[${codes[style]}m${text}\x1b[0m`;
}

/** Control characters, and those that change the direction of writing, made visible. @param {string} text */
export function harmless(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (character) =>
    character === '\r' ? '' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** @param {Uint8Array} bytes what of them a person wants to see */
export function summary(bytes) {
  const start = Buffer.from(bytes.subarray(0, 8))
    .toString('hex')
    .replace(/..(?=.)/g, '$& ');
  return `${bytes.length.toLocaleString('en')} bytes, binary: ${start}${bytes.length > 8 ? ' …' : ''}`;
}

/**
 * A value, formatted for people.
 * @param {unknown} value
 * @param {(style: Style, text: string) => string} paint
 */
export function readable(value, paint) {
  if (typeof value === 'string') return harmless(value);
  if (value instanceof Uint8Array) return paint('dim', summary(value));
  const text =
    JSON.stringify(value, (_name, member) => (member instanceof Uint8Array ? summary(member) : member), 2) ?? 'null';
  return harmless(text).replace(
    /("(?:[^"\\]|\\.)*")(:)?|\b(?:true|false|null)\b|-?\d[\d.eE+-]*/g,
    (token, string, colon) =>
      string ? `${paint(colon ? 'blue' : 'green', string)}${colon ?? ''}` : paint('yellow', token),
  );
}

/**
 * The tools of a manual, formatted for people.
 * @param {import('../types/shared.js').Tool[]} tools
 * @param {(style: Style, text: string) => string} paint
 */
export function toolList(tools, paint) {
  return tools.map((tool) => [toolHead(tool, paint), ...parameterLines(tool.inputs, paint)].join('\n')).join('\n\n');
}

/**
 * The recipes, formatted for people.
 * @param {import('./recipes.js').Recipe[]} recipes
 * @param {(style: Style, text: string) => string} paint
 */
export function recipeList(recipes, paint) {
  const width = Math.max(...recipes.map(({ name }) => name.length));
  return recipes
    .map(
      ({ name, title, template }) =>
        `${paint('bold', name)}${' '.repeat(width - name.length + 2)}${title}  ${paint('dim', template.url)}`,
    )
    .join('\n');
}

/** @param {import('../types/shared.js').Tool} tool @param {(style: Style, text: string) => string} paint */
function toolHead({ name, description, tags }, paint) {
  const words = tags.length > 0 ? `  ${paint('dim', harmless(tags.join(', ')))}` : '';
  const said = description === '' ? '' : `\n  ${harmless(description).replaceAll('\n', '\n  ')}`;
  return `${paint('bold', harmless(name))}${words}${said}`;
}

/** @param {any} inputs a JSON Schema @param {(style: Style, text: string) => string} paint */
function parameterLines(inputs, paint) {
  const parameters = Object.entries(inputs?.properties ?? {});
  const width = Math.max(0, ...parameters.map(([name]) => harmless(name).length));
  return parameters.map(([name, schema]) => {
    const facts = [[schema?.type ?? 'any'].flat().join(' or ')];
    if (Array.isArray(schema?.enum)) facts.push(`one of ${schema.enum.join(', ')}`);
    if (inputs.required?.includes?.(name)) facts.push('required');
    if (schema?.default !== undefined) facts.push(`default ${JSON.stringify(schema.default)}`);
    const what = typeof schema?.description === 'string' ? `  ${schema.description}` : '';
    return `    ${paint('green', harmless(name).padEnd(width))}  ${paint('dim', harmless(facts.join(', ')))}${harmless(what)}`;
  });
}
