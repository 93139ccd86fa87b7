// Owns what a JSON Schema offers at a place in JSON that is being written: names of members, and values.
// Must not know which editor shows it.
import { placeIn } from './json_place.js';

/**
 * @typedef {object} Offer
 * @property {string} label
 * @property {string} detail
 * @property {string} info
 * @property {string} text takes the place of what is written there
 * @property {[from: number, to: number]} select in `text`
 * @property {boolean} goesOn whether there is something to offer at the selection, too
 */

/**
 * @param {any} schema @param {string} text @param {number} position
 * @returns {{ from: number, to: number, quoted: boolean, offers: Offer[] }}
 */
export function offersIn(schema, text, position) {
  const place = placeIn(text, position);
  const { from, to, quoted } = place;
  const here = place.path.reduce((/** @type {any[]} */ found, key) => below(schema, found, key), whole(schema, schema));
  /** @type {Record<import('./json_place.js').Place['expects'], () => Offer[]>} */
  const kinds = {
    name: () => nameOffers(schema, here, place),
    value: () => valueOffers(here),
    other: () => [],
  };
  return { from, to, quoted, offers: kinds[place.expects]() };
}

/** @param {any} root @param {any[]} here @param {import('./json_place.js').Place} place */
function nameOffers(root, here, { names, next }) {
  const known = new Map(here.flatMap(({ properties }) => Object.entries(properties ?? {})).reverse());
  const free = [...known].reverse().filter(([name]) => !names.has(name));
  return free.map(([name, schema]) => {
    const schemas = whole(root, schema);
    const head = JSON.stringify(name);
    if (next === ':') return offer(name, schemas, head, [head.length, head.length]);
    const [value, before, after] = beginning(schemas);
    const start = head.length + 2;
    const comma = ['', ',', '}'].includes(next) ? '' : ',';
    return {
      ...offer(name, schemas, `${head}: ${value}${comma}`, [start + before, start + value.length - after]),
      goesOn: value === '' || valuesOf(schemas).length > 1,
    };
  });
}

/** @param {any[]} here */
const valueOffers = (here) =>
  valuesOf(here).map((value) => {
    const text = JSON.stringify(value);
    return offer(typeof value === 'string' ? value : text, [], text, [text.length, text.length]);
  });

/** @param {string} label @param {any[]} schemas @param {string} text @param {[number, number]} select @returns {Offer} */
function offer(label, schemas, text, select) {
  const says = (/** @type {string} */ keyword) => schemas.map((schema) => schema[keyword]).find((one) => one) ?? '';
  return {
    label,
    detail: [says('type')].flat().join(', '),
    info: String(says('description')),
    text,
    select,
    goesOn: false,
  };
}

/**
 * What a new member's value begins as, and how much before and after what is to be written over.
 * @param {any[]} schemas @returns {[text: string, before: number, after: number]}
 */
function beginning(schemas) {
  const preset = schemas.find((schema) => schema.default !== undefined)?.default;
  const inside = typeof preset === 'string' ? 1 : 0;
  if (preset !== undefined) return [JSON.stringify(preset), inside, inside];
  if (valuesOf(schemas).length > 0) return ['', 0, 0];
  const [type] = schemas.flatMap((schema) => schema.type ?? []);
  const empty = /** @type {Record<string, string>} */ ({ string: '""', object: '{}', array: '[]' })[type];
  return empty ? [empty, 1, 1] : ['', 0, 0];
}

/** The values that the schemas name, each once. @param {any[]} schemas @returns {unknown[]} */
function valuesOf(schemas) {
  const named = schemas.flatMap((schema) => [
    ...(Array.isArray(schema.enum) ? schema.enum : []),
    ...('const' in schema ? [schema.const] : []),
    ...(schema.default === undefined ? [] : [schema.default]),
    ...(Array.isArray(schema.examples) ? schema.examples : []),
    ...[schema.type].flat().flatMap((type) => (type === 'boolean' ? [true, false] : type === 'null' ? [null] : [])),
  ]);
  return [...new Map(named.map((value) => [JSON.stringify(value), value])).values()];
}

/** The schemas of a member, or an element, of what `schemas` describe. @param {any} root @param {any[]} schemas @param {string | number} key */
const below = (root, schemas, key) =>
  schemas.flatMap(({ properties, additionalProperties, prefixItems, items }) => {
    if (typeof key === 'number') return whole(root, prefixItems?.[key] ?? items);
    return whole(root, Object.hasOwn(properties ?? {}, key) ? properties[key] : additionalProperties);
  });

/** A schema with those that it refers to and those that it is combined of. @param {any} root @param {any} schema @param {Set<any>} [seen] @returns {any[]} */
function whole(root, schema, seen = new Set()) {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return [];
  seen.add(schema);
  const parts = [referred(root, schema.$ref), schema.allOf, schema.anyOf, schema.oneOf].flat();
  return [schema, ...parts.flatMap((part) => whole(root, part, seen))];
}

/** @param {any} root @param {unknown} reference to a part of the same schema; others are not looked up */
function referred(root, reference) {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined;
  const names = reference.split('/').slice(1);
  return names.reduce((found, name) => found?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], root);
}
