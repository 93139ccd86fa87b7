// Owns the build's part of working offline: sw.js, a service worker that knows every file of this build by name.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** @param {URL} source the worker, without the list of files */
export function offline(source) {
  return {
    name: 'offline',
    generateBundle: {
      order: /** @type {const} */ ('post'),
      /** @this {any} @param {object} _ @param {Record<string, { code?: string, source?: string | Uint8Array }>} bundle */
      handler(_, bundle) {
        const worker = readFileSync(source, 'utf8');
        const hash = createHash('sha256').update(worker);
        const files = Object.keys(bundle).sort();
        for (const name of files) hash.update(name).update(bundle[name]?.code ?? bundle[name]?.source ?? '');
        const known = JSON.stringify(files.map((name) => (name === 'index.html' ? './' : name)));
        const head = `const version = '${hash.digest('hex').slice(0, 16)}';\nconst files = ${known};\n`;
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: head + worker });
      },
    },
  };
}
