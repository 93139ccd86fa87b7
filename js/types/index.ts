// Owns what the package exports to TypeScript: what index.js exports, and the types.
export * from '../index.js';
export type * from '../types.js';
