// Owns importing modules that only some hosts have. Bundlers must not follow the import, so its name is not a literal, even after
// minification. Must not know what is imported.

/** @param {string} name @returns {Promise<any>} */
export const load = (name) => import(/* @vite-ignore */ /* webpackIgnore: true */ name);
