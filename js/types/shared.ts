// Owns the list of the types that users and the files of this folder share. Only types: nothing here runs, and none of it is
// published but its declarations.
export type * from './errors.js';
export type * from './events.js';
export type * from './options.js';
export type * from './results.js';
export type * from './templates.js';
