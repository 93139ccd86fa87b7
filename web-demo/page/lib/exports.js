// Owns what the timeline holds as a file: lines of JSON, or a HAR as the developer tools of Chrome write one for WebSockets.
// No secret may be in it, whatever the frames hold. Must not know how rows look.
import { contentOf } from './frame.js';
import { hide, isSecretName, placeholder, urlWithoutSecrets, withoutSecrets } from './secrets.js';

/** @typedef {import('./timeline.svelte.js').Row} Row */

/** What each file is: its type, and how it is made. */
export const formats = {
  jsonl: { type: 'application/jsonl', make: jsonLines },
  har: { type: 'application/json', make: har },
};

/** Saves the rows as a file. @param {keyof typeof formats} format @param {readonly Row[]} rows @param {string} secret */
export function save(format, rows, secret) {
  const { type, make } = formats[format];
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(make(rows, secret), { type }));
  link.download = `websocket-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it after the click
}

const directions = { send: 'sent', message: 'received', unsolicited: 'received' };

/** @param {readonly Row[]} rows @param {string} secret @returns {string[]} */
function jsonLines(rows, secret) {
  return rows.map((row) => {
    const { time, kind, connection, request, size, took, endpoint = '', note, cut } = row;
    const line = {
      time: new Date(time).toISOString(),
      kind,
      direction: directions[/** @type {keyof typeof directions} */ (kind)],
      connection,
      request,
      size,
      took,
      endpoint: urlFor(endpoint, secret) || undefined,
      note: hide(note, secret) || undefined,
      encoding: isBinary(row) ? 'base64' : undefined,
      content: contentFor(row, secret),
      cut,
    };
    return `${JSON.stringify(line)}\n`;
  });
}

/** http://www.softwareishard.com/blog/har-12-spec/ @param {readonly Row[]} rows @param {string} secret @returns {string[]} */
function har(rows, secret) {
  const connections = Map.groupBy(
    rows.filter(({ connection }) => connection !== undefined),
    ({ connection }) => connection,
  );
  const entries = Array.from(connections, ([connection, those]) => entryOf(String(connection), those, secret));
  const creator = { name: 'utcp-websocket inspector', version: '1' };
  return [JSON.stringify({ log: { version: '1.2', creator, pages: [], entries } })];
}

/** @param {string} connection @param {Row[]} rows @param {string} secret */
function entryOf(connection, rows, secret) {
  const url = urlFor(rows.find(({ endpoint }) => endpoint)?.endpoint ?? '', secret);
  const start = rows[0]?.time ?? 0;
  const time = (rows.at(-1)?.time ?? start) - start;
  const common = { httpVersion: 'HTTP/1.1', headers: [], cookies: [], headersSize: -1 };
  const query = URL.canParse(url) ? [...new URL(url).searchParams] : [];
  return {
    _connectionId: connection,
    _resourceType: 'websocket',
    _webSocketMessages: rows.filter(({ content }) => content !== undefined).map((row) => messageOf(row, secret)),
    connection,
    startedDateTime: new Date(start).toISOString(),
    time,
    request: {
      ...{ method: 'GET', url, ...common, bodySize: 0 },
      queryString: query.map(([name, value]) => ({ name, value })),
    },
    response: {
      ...{ status: 101, statusText: 'Switching Protocols', ...common, bodySize: -1, redirectURL: '' },
      content: { size: 0, mimeType: 'x-unknown' },
    },
    cache: {},
    timings: { send: 0, wait: 0, receive: time },
  };
}

/** @param {Row} row @param {string} secret */
function messageOf(row, secret) {
  return {
    type: row.kind === 'send' ? 'send' : 'receive',
    time: row.time / 1000,
    opcode: isBinary(row) ? 2 : 1,
    data: contentFor(row, secret) ?? '',
    ...(row.cut && { _cut: true }),
  };
}

/** @param {Row} row */
const isBinary = ({ content }) => content instanceof Uint8Array;

/** Of a content that was cut, nothing: its start is no JSON, in which secrets have names. @param {Row} row @param {string} secret */
function contentFor({ content, cut }, secret) {
  if (content === undefined || cut) return undefined;
  return typeof content === 'string' ? textFor(content, secret) : base64Of(contentOf(content, secret));
}

/** @param {string} url @param {string} secret */
const urlFor = (url, secret) => urlWithoutSecrets(hide(url, secret));

/** The text as it came, if there is nothing in it that is named like a secret. @param {string} content @param {string} secret */
function textFor(content, secret) {
  const text = hide(content, secret);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return textWithoutSecrets(text);
  }
  try {
    const shared = JSON.stringify(withoutSecrets(value));
    return shared === JSON.stringify(value) ? text : shared;
  } catch {
    return 'nested too deeply to look for secrets in it';
  }
}

/** Text that is no JSON, without what is named like a secret: of members of JSON in it (`42["auth",{"token":…}]`), and of lines of headers. @param {string} text */
function textWithoutSecrets(text) {
  const masked = (/** @type {string} */ name, /** @type {string} */ whole, /** @type {string} */ instead) =>
    isSecretName(name) ? instead : whole;
  return text
    .replace(/"((?:[^"\\]|\\.)*)"(\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)/g, (whole, name, colon) =>
      masked(name, whole, `"${name}"${colon}"${placeholder}"`),
    )
    .replace(/^([\w-]+)(: ?)[^\r\n\0]+/gm, (whole, name, colon) => masked(name, whole, name + colon + placeholder));
}

/** @param {Uint8Array} bytes */
function base64Of(bytes) {
  let text = '';
  // A function takes so many arguments, and no more.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
