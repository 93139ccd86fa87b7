// Owns the list of the types that users and the files of this folder share. Only types: nothing here runs, and none of it is
// published but its declarations.
export type * from './types/errors.js';
export type * from './types/events.js';
export type * from './types/options.js';
export type * from './types/results.js';
export type * from './types/templates.js';
