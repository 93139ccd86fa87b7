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

export default {
  root: fileURLToPath(new URL('page', import.meta.url)),
  base: './',
  publicDir: false,
  plugins: [svelte(), recipes, policy, offline(new URL('page/offline/worker.js', import.meta.url))],
  // The package comes as it is packed; what it imports in Node alone is left out.
  build: {
    outDir: fileURLToPath(new URL('../build/demo', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox121', 'safari17.5'],
  },
};
