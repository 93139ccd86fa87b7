// Loaded first (`--import`), it lets tests of the package run through the native client: what they import as the package is
// native_index.js.
import { register } from 'node:module';

process.env.UTCP_NATIVE_CLIENT = '1';

const hooks = `
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  if (!/\\/js\\/api\\/(index|protocol)\\.js$/.test(resolved.url)) return resolved;
  return next(${JSON.stringify(new URL('native_index.js', import.meta.url).href)}, context);
}
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
