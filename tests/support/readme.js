// The code blocks of a README, for the tests that run them.
import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** @param {string} language @param {string} [readme] the repository's @returns {string[]} the code blocks in it, in order */
export function readmeBlocks(language, readme = text) {
  return [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter((match) => match[1] === language)
    .map((match) => match[2]);
}

/** Every language that has a block. */
export function readmeLanguages() {
  return new Set([...text.matchAll(/^```(\w+)\n/gm)].map((match) => match[1]));
}

/** Where the README says that the demo's provider listens. */
export const documentedProvider = 'ws://127.0.0.1:8765';
