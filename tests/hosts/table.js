// The README's table of hosts, made from the results of the contract.
import { readFileSync } from 'node:fs';
import { fromRoot } from '../../scripts/lib/repo.js';

/** @typedef {import('./run.js').HostRun} HostRun */
/** @typedef {import('../contract/contract.js').Result} Result */

/** @type {{ title: string, holds: (result: Result) => boolean, needs?: string, group?: string }[]} */
const columns = [
  {
    title: 'calls, streams, aborts, timeouts, closing',
    holds: ({ group, needs }) => ['calls', 'streams', 'closing', 'handshake'].includes(group) && !needs,
  },
  { title: 'credentials without headers', holds: ({ group }) => group === 'other credentials' },
  ...[
    { title: 'handshake headers', needs: 'headers' },
    { title: 'status of a refused handshake', needs: 'status' },
    { title: '`subprotocol_mismatch`', needs: 'mismatch' },
    { title: 'WebSocket pings', needs: 'pings' },
    { title: 'holds back a fast peer', needs: 'pausing' },
    { title: 'finds its wasm', needs: 'wasm', group: 'finds its wasm' },
  ].map((column) => ({ ...column, holds: (/** @type {Result} */ result) => result.needs === column.needs })),
  { title: '`@utcp/sdk`', group: 'SDK', holds: ({ group }) => group === 'SDK' },
];

/** Newer browsers come with Debian's updates; that alone makes no table wrong. @param {string} table */
export const withoutBrowserVersions = (table) => table.replace(/(Chromium|Firefox ESR) \d+/g, '$1');

/** @param {HostRun[]} runs @returns {string} */
export function tableOf(runs) {
  /** @type {string[]} */
  const notes = [];
  const rows = [];
  for (const run of runs) {
    const cells = columns.map((column) => cellOf(run, column, notes)).join(' | ');
    const { name, place } = run.host;
    const title = place ? `${name} ${Number.parseInt(run.version, 10)}:` : name;
    const last = rows.at(-1);
    if (last && last.title === title && last.cells === cells) last.places.push(place);
    else rows.push({ title, cells, places: [place] });
  }
  const lines = [
    `| | ${columns.map(({ title }) => title).join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...rows.map(({ title, cells, places }) => `| ${[title, places.join(', ')].filter(Boolean).join(' ')} | ${cells} |`),
    '',
    ...notes.map((note, i) => `${i + 1}. ${note}`),
  ];
  return lines.join('\n');
}

/** @param {HostRun} run @param {typeof columns[number]} column @param {string[]} notes those so far */
function cellOf({ host, results }, { holds, needs, group }, notes) {
  if (group && host.absent?.[group]) return noted('–', `Not applicable: ${host.absent[group]}.`, notes);
  const concerned = results.filter(holds);
  if (concerned.length === 0 || concerned.some(({ failure }) => failure)) return 'FAILED';
  const why = needs && host.cannot[needs];
  if (!why) return 'yes';
  return noted('no', `No: ${why}.`, notes);
}

/** @param {string} cell @param {string} note @param {string[]} notes */
function noted(cell, note, notes) {
  if (!notes.includes(note)) notes.push(note);
  return `${cell} (${notes.indexOf(note) + 1})`;
}

const marked = /(?<=<!-- hosts: made by npm run hosts -->\n\n).*?(?=\n\n<!-- \/hosts -->)/s;

/** The table that the README has. */
export function readmeTable() {
  return marked.exec(readFileSync(fromRoot('README.md'), 'utf8'))?.[0] ?? '';
}

/** The README with another table. @param {string} table */
export function readmeWith(table) {
  return readFileSync(fromRoot('README.md'), 'utf8').replace(marked, () => table);
}
