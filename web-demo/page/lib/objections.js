// Owns what a tool's JSON Schema says against arguments. It comes with the page's part for a chosen tool.
// Must not know where the arguments come from.
import { Validator } from '@cfworker/json-schema';

/**
 * @param {any} schema @param {object} args
 * @returns {{ where: string, message: string }[]}
 */
export function objections(schema, args) {
  try {
    const { errors } = new Validator(schema, '2020-12', false).validate(args);
    // That a part does not fit is said of the whole as well, and of each keyword that leads there.
    const deepest = errors.filter(({ keyword }) => !['properties', 'items', '$ref', 'allOf'].includes(keyword));
    return deepest.map(({ instanceLocation, error }) => ({
      where: instanceLocation.replace(/^#\/?/, '').replaceAll('/', '.'),
      message: error,
    }));
  } catch (error) {
    return [{ where: '', message: `The tool's schema cannot be read: ${/** @type {Error} */ (error).message}` }];
  }
}
