// Owns what the package exports to TypeScript: what index.js exports, and the types.
export * from '../api/index.js';
export type * from './shared.js';
