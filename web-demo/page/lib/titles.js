// Owns the names of alternatives (`oneOf`, `anyOf`) that a tool's schema leaves without one: what tells them apart.

/**
 * A copy of a JSON Schema whose alternatives all have a title.
 * @param {any} schema @returns {any}
 */
export function withTitles(schema) {
  if (Array.isArray(schema)) return schema.map(withTitles);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      const copy = withTitles(value);
      if ((key !== 'oneOf' && key !== 'anyOf') || !Array.isArray(copy)) return [key, copy];
      return [key, copy.map((one) => (one?.title || one?.$ref ? one : { ...one, title: titleOf(one) }))];
    }),
  );
}

/** @param {any} one */
function titleOf(one) {
  if (one?.const !== undefined) return String(one.const);
  if (Array.isArray(one?.enum)) return one.enum.join(', ');
  const properties = Object.entries(one?.properties ?? {});
  // A member that has one value only is there to tell them apart.
  const told = properties.find(([, { const: value, enum: values }]) => value !== undefined || values?.length === 1);
  if (told) return `${told[0]}: ${told[1].const ?? told[1].enum[0]}`;
  if (properties.length > 0) return properties.map(([name]) => name).join(', ');
  return [one?.type ?? 'anything'].flat().join(' or ');
}
