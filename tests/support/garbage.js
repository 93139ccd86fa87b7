// Garbage collection on demand, for tests and benchmarks that look at what is left.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects everything that nothing refers to. @type {() => void} */
export const collectGarbage = runInNewContext('gc');
