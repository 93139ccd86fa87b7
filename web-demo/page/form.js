// Owns a form made from a tool's JSON Schema: simple fields where a schema is simple, JSON text where it is not.
// Must not know what the arguments are for.

import { byId, make } from './dom.js';

/** @typedef {{ type?: string, enum?: unknown[], items?: Schema, default?: any, description?: string, minimum?: number,
 *   maximum?: number, properties?: Record<string, Schema>, required?: string[] }} Schema */
/** @typedef {{ element: HTMLElement, read: () => unknown }} Field `read` gives undefined for an argument left out */

/** The user wrote something that is not an argument of this type. */
export class FieldError extends Error {}

/**
 * @param {string} text
 * @param {string} what
 * @returns {any}
 */
function parse(text, what) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FieldError(`${what}: this is not JSON (${error instanceof Error ? error.message : error})`);
  }
}

/**
 * @param {string} id
 * @param {string} name
 * @param {Schema} schema
 * @param {boolean} required
 * @param {HTMLElement} control
 * @returns {HTMLElement}
 */
function labelled(id, name, schema, required, control) {
  const label = make('label', { htmlFor: id }, [required ? `${name} (needed)` : name]);
  const hint = make('div', { className: 'hint', id: `${id}-hint` }, [schema.description ?? '']);
  control.setAttribute('aria-describedby', hint.id);
  return make('div', { className: 'field' }, [label, control, hint]);
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @param {boolean} required
 * @returns {Field}
 */
function oneOfField(name, schema, required) {
  const id = `arg-${name}`;
  const values = schema.enum ?? [];
  const select = make('select', { id }, required ? [] : [make('option', { value: '' }, ['(left out)'])]);
  for (const [index, value] of values.entries()) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    select.append(make('option', { value: String(index), selected: value === schema.default }, [text]));
  }
  const read = () => (select.value === '' ? undefined : values[Number(select.value)]);
  return { element: labelled(id, name, schema, required, select), read };
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @returns {Field}
 */
function someOfField(name, schema) {
  const legend = make('legend', {}, [name]);
  const set = make('fieldset', { id: `arg-${name}`, className: 'field' }, [legend]);
  const boxes = (schema.items?.enum ?? []).map((value) => {
    const checked = Array.isArray(schema.default) && schema.default.includes(value);
    const box = make('input', { type: 'checkbox', id: `arg-${name}-${value}`, checked });
    set.append(make('label', { className: 'choice' }, [box, String(value)]));
    return { box, value };
  });
  set.append(make('div', { className: 'hint' }, [schema.description ?? '']));
  const read = () => {
    const chosen = boxes.filter(({ box }) => box.checked).map(({ value }) => value);
    return chosen.length === 0 ? undefined : chosen;
  };
  return { element: set, read };
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @param {boolean} required
 * @returns {Field}
 */
function inputField(name, schema, required) {
  const id = `arg-${name}`;
  const value = schema.default === undefined ? '' : String(schema.default);
  if (schema.type === 'boolean') {
    const box = make('input', { type: 'checkbox', id, checked: schema.default === true });
    return { element: labelled(id, name, schema, required, box), read: () => box.checked };
  }
  const numeric = schema.type === 'integer' || schema.type === 'number';
  const input = make('input', { id, type: numeric ? 'number' : 'text', value, required, autocomplete: 'off' });
  if (numeric) {
    input.step = schema.type === 'integer' ? '1' : 'any';
    if (schema.minimum !== undefined) input.min = String(schema.minimum);
    if (schema.maximum !== undefined) input.max = String(schema.maximum);
  }
  const read = () => {
    if (input.value === '' && !(required && !numeric)) return undefined;
    return numeric ? Number(input.value) : input.value;
  };
  return { element: labelled(id, name, schema, required, input), read };
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @param {boolean} required
 * @returns {Field}
 */
function jsonField(name, schema, required) {
  const id = `arg-${name}`;
  const value = schema.default === undefined ? '' : JSON.stringify(schema.default);
  const area = make('textarea', { id, rows: 3, spellcheck: false, value, placeholder: 'JSON' });
  const read = () => (area.value.trim() === '' ? undefined : parse(area.value, name));
  return { element: labelled(id, name, schema, required, area), read };
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @param {boolean} required
 * @returns {Field}
 */
function fieldFor(name, schema, required) {
  if (Array.isArray(schema.enum)) return oneOfField(name, schema, required);
  if (schema.type === 'array' && Array.isArray(schema.items?.enum)) return someOfField(name, schema);
  if (['string', 'integer', 'number', 'boolean'].includes(schema.type ?? '')) return inputField(name, schema, required);
  return jsonField(name, schema, required);
}

/**
 * Puts the fields for a schema into the page.
 * @param {Schema} schema of a tool's inputs
 * @returns {() => Record<string, unknown>} reads the arguments; throws FieldError
 */
export function showForm(schema) {
  const properties = Object.entries(schema.properties ?? {});
  const toggle = byId('raw-toggle');
  const raw = byId('raw-arguments');
  if (!(toggle instanceof HTMLInputElement && raw instanceof HTMLTextAreaElement)) throw new Error('wrong elements');
  const fields = properties.map(([name, property]) => ({
    name,
    ...fieldFor(name, property, schema.required?.includes(name) ?? false),
  }));
  byId('fields').replaceChildren(...fields.map(({ element }) => element));

  const readFields = () => {
    /** @type {Record<string, unknown>} */
    const args = {};
    for (const { name, read } of fields) {
      const value = read();
      if (value !== undefined) args[name] = value;
    }
    return args;
  };
  const fieldsOrNothing = () => {
    try {
      return readFields();
    } catch {
      return {};
    }
  };
  const showRaw = () => {
    byId('raw-field').hidden = !toggle.checked;
    byId('fields').hidden = toggle.checked;
  };
  toggle.checked = schema.properties === undefined;
  toggle.onchange = () => {
    if (toggle.checked) raw.value = JSON.stringify(fieldsOrNothing(), null, 2);
    showRaw();
  };
  raw.value = '{}';
  showRaw();

  return () => {
    if (!toggle.checked) return readFields();
    const args = parse(raw.value, 'The arguments');
    if (typeof args !== 'object' || args === null || Array.isArray(args)) {
      throw new FieldError('The arguments must be a JSON object, as {"name": "value"}');
    }
    return args;
  };
}
