// Owns JSON as text that is still being written: where in it a position lies.
// Must not know what the JSON is for.

/**
 * @typedef {object} Place
 * @property {(string | number)[]} path of the value, or of the object whose member's name stands here
 * @property {'name' | 'value' | 'other'} expects what belongs here
 * @property {number} from where that begins, if it has begun; else the position itself
 * @property {number} to where it ends
 * @property {boolean} quoted whether it is a string
 * @property {Set<string>} names the other members of that object
 * @property {string} next what follows: a token, or empty at the end
 */

const tokens = /"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g;
const isMark = (/** @type {string} */ token) => /^[{}[\],:]$/.test(token);

/** @param {string} text of which neither end need be there @param {number} position @returns {Place} */
export function placeIn(text, position) {
  /** The objects and arrays that are open, and the text around them. */
  const open = [level('value')];
  /** @type {Place | undefined} */
  let place;
  const here = (/** @type {number} */ from, /** @type {number} */ to) => {
    const { expects, names } = open[open.length - 1] ?? level('other');
    const path = open.map(({ key }) => key).slice(1, expects === 'name' ? -1 : undefined);
    return { path, expects, from, to, quoted: text[from] === '"' && to > from, names, next: '' };
  };
  for (const { 0: token, index } of text.matchAll(tokens)) {
    const end = index + token.length;
    const closed = isMark(token) || (token.length > 1 && token.startsWith('"') && token.endsWith('"'));
    const isHere = !place && position > index && (closed ? position < end : position <= end);
    if (isHere) place = here(index, end);
    else {
      if (!place && position <= index) place = here(position, position);
      if (place) place.next ||= token;
    }
    step(open, token, isHere);
  }
  return place ?? here(position, position);
}

/**
 * @typedef {object} Level
 * @property {Place['expects']} expects
 * @property {string | number} key of the member or element that is being read
 * @property {Set<string>} names
 * @property {string} last the literal before, which a colon makes a name
 * @property {boolean} isLastHere whether that is what is being written
 */

/** @param {Level['expects']} expects @param {Level['key']} [key] @returns {Level} */
const level = (expects, key = 0) => ({ expects, key, names: new Set(), last: '', isLastHere: false });

/** @param {Level[]} open @param {string} token @param {boolean} isHere whether it is what is being written */
function step(open, token, isHere) {
  const inner = /** @type {Level} */ (open[open.length - 1]);
  if (token === '{' || token === '[') {
    inner.expects = 'other';
    open.push(token === '{' ? level('name', '') : level('value'));
  } else if (token === '}' || token === ']') {
    if (open.length > 1) open.pop();
  } else if (token === ',') {
    inner.expects = typeof inner.key === 'string' ? 'name' : 'value';
    if (typeof inner.key === 'number') inner.key += 1;
  } else if (token === ':') {
    inner.expects = 'value';
    if (typeof inner.key === 'string') inner.key = inner.last;
    if (!inner.isLastHere) inner.names.add(inner.last);
  } else {
    inner.expects = 'other';
    inner.last = nameIn(token);
    inner.isLastHere = isHere;
  }
}

/** @param {string} token @returns {string} */
function nameIn(token) {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}
