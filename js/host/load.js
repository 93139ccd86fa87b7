// Owns importing what only some hosts have. Bundlers must not follow it, so the name is no literal where it is imported, and stays
// none when the module is minified. Must not know what is imported.

/** @param {string} name @returns {Promise<any>} */
export const load = (name) => import(/* @vite-ignore */ /* webpackIgnore: true */ name);
