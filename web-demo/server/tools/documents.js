// Owns turning texts that npm put on this disk into small documents: documentation comments of type declarations
// (Node's and the browser's API), sections of Markdown files, paragraphs of the license.
// Must not know how they are searched.

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { exists, packagesFolder, rootFolder } from '../paths.js';

/** @typedef {{ id: string, title: string, source: string, line: number, text: string }} Document */

const modifiers = 'export|declare|abstract|readonly|static|function|const|let|var|type|get|set|interface|class|module';
/** The name that the first line after a comment declares. */
const ownName = new RegExp(`^(?:(?:${modifiers}|namespace) )*["']?([\\w$.:/]+)`);
/** A documentation comment, or the start of what others stand in. */
const commentOrContainer =
  /\/\*\*(?<comment>[\s\S]*?)\*\/|^(?<indent>\s*)(?:export |declare |abstract )*(?:interface|class|namespace|module) "?(?<container>[\w:/.]+)/gm;

/**
 * @param {string} comment what stands between the comment's marks
 * @returns {string}
 */
function commentText(comment) {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .replace(/\{@link\s+([^}\s]+)[^}]*\}/g, '$1')
    .trim();
}

/**
 * The documentation comments of a declaration file, each with the name of what it describes.
 * @param {string} text
 * @param {string} source
 * @returns {Document[]}
 */
export function documentsOfDeclarations(text, source) {
  /** @type {Document[]} */
  const documents = [];
  /** @type {{ name: string, indent: number }[]} */
  let containers = [];
  let line = 1;
  let counted = 0;
  for (const match of text.matchAll(commentOrContainer)) {
    for (; counted < match.index; counted++) if (text.charCodeAt(counted) === 10) line++;
    const { comment, indent, container } = match.groups ?? {};
    if (comment === undefined) {
      const width = (indent ?? '').replace(/.*\n/g, '').length;
      containers = [...containers.filter((one) => one.indent < width), { name: container ?? '', indent: width }];
      continue;
    }
    const body = commentText(comment);
    if (body.length < 40) continue;
    const [, gap = '', rest = ''] = /^(\s*)([^\n]*)/.exec(text.slice(match.index + match[0].length)) ?? [];
    const width = gap.replace(/.*\n/g, '').length;
    if (rest.startsWith('/')) continue;
    const own = ownName.exec(rest)?.[1]?.replace(/:$/, '');
    const outer = containers.filter((one) => one.indent < width).at(-1)?.name;
    const title = [outer, own].filter(Boolean).join('.') || source;
    documents.push({ id: `${source}:${line}`, title, source, line, text: body });
  }
  return documents;
}

/**
 * The sections of a text: from a heading (`# …` of Markdown, `1.2. …` of the license) to the next one.
 * @param {string} text
 * @param {string} source
 * @returns {Document[]}
 */
export function documentsOfSections(text, source) {
  /** @type {Document[]} */
  const documents = [];
  let title = source;
  let start = 1;
  /** @type {string[]} */
  let body = [];
  const finish = () => {
    const content = body.join('\n').trim();
    if (content !== '') documents.push({ id: `${source}:${start}`, title, source, line: start, text: content });
    body = [];
  };
  text.split('\n').forEach((row, index) => {
    const heading = /^#{1,6}\s+(.+)$/.exec(row)?.[1] ?? /^(\d+\.[\d.]*\s+\S.{0,60})$/.exec(row)?.[1];
    if (heading === undefined) {
      body.push(row);
      return;
    }
    finish();
    title = heading.trim();
    start = index + 1;
  });
  finish();
  return documents;
}

/** @returns {Promise<{ file: string, source: string }[]>} the files there are, with a short name of each */
async function sourceFiles() {
  const files = [];
  const own = ['LICENSE', 'README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/cli.md', 'docs/hosts.md'];
  for (const name of own) files.push({ file: path.join(rootFolder, name), source: name });
  const library = ['README.md', 'ARCHITECTURE.md', 'docs/cli.md', 'docs/hosts.md'].map(
    (name) => `utcp-websocket/${name}`,
  );
  const others = ['ws/README.md', 'graphql-ws/README.md', 'playwright-core/README.md', '@utcp/sdk/README.md'];
  for (const name of [...library, ...others]) files.push({ file: path.join(packagesFolder, name), source: name });
  const node = path.join(packagesFolder, '@types/node');
  for (const name of (await readdir(node).catch(() => [])).sort()) {
    if (name.endsWith('.d.ts')) files.push({ file: path.join(node, name), source: `node/${name}` });
  }
  // TypeScript 7 keeps its library declarations in the package of the platform, earlier ones in their own.
  const platforms = (await readdir(path.join(packagesFolder, '@typescript')).catch(() => [])).map(
    (name) => `@typescript/${name}`,
  );
  const declarations = ['typescript', ...platforms]
    .map((name) => path.join(packagesFolder, name, 'lib/lib.dom.d.ts'))
    .find(exists);
  if (declarations !== undefined) files.push({ file: declarations, source: 'lib.dom.d.ts' });
  return files.filter(({ file }) => exists(file));
}

/** @returns {Promise<Document[]>} */
export async function loadDocuments() {
  const documents = [];
  for (const { file, source } of await sourceFiles()) {
    const text = await readFile(file, 'utf8');
    const found = source.endsWith('.d.ts') ? documentsOfDeclarations(text, source) : documentsOfSections(text, source);
    documents.push(...found);
  }
  return documents;
}
