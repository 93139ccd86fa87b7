// Owns taking away the folders that browsers wrote into.
import { rm } from 'node:fs/promises';

/** A browser's processes may write for a moment after the first of them has ended. @param {string} folder */
export const removeFolder = (folder) => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
