// Owns how the page is built: into build/demo, with relative URLs, so that any host may serve it under any path.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { offline } from './offline.js';
import { contentSecurityPolicy } from './policy.js';
import { recipes } from './recipes.js';

/** Puts the policy into the page itself: static hosts send no header for it. */
const policy = {
  name: 'policy',
  transformIndexHtml: {
    order: /** @type {const} */ ('post'),
    handler: (/** @type {string} */ html) =>
      html.replace(
        '<meta charset="utf-8">',
        (charset) =>
          `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(html)}">`,
      ),
  },
};

/**
 * CodeMirror's style-mod constructs style sheets for shadow roots alone; to a document it adds a style element, which the policy
 * forbids. Here it constructs them for the document, too.
 */
const constructedStyles = {
  name: 'constructed-styles',
  transform: {
    filter: { id: /\/style-mod\.js$/ },
    /** @param {string} code */
    handler(code) {
      const changed = code.replace('!root.head && root.adoptedStyleSheets', 'root.adoptedStyleSheets');
      if (changed === code) throw new Error('style-mod has changed: see whether it still adds style elements');
      return changed;
    },
  },
};

export default {
  root: fileURLToPath(new URL('page', import.meta.url)),
  base: './',
  publicDir: false,
  plugins: [svelte(), recipes, constructedStyles, policy, offline(new URL('page/offline/worker.js', import.meta.url))],
  // The package comes as it is packed; what it imports in Node alone is left out.
  build: {
    outDir: fileURLToPath(new URL('../build/demo', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // What the start needs is one file, though what is loaded later needs some of it, too.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } } },
  },
};
