// Preloaded into every file of the second run of the JavaScript tests (`npm test -- secrets`): plants secrets in each call template
// that a scenario uses and searches everything that the library lets out for them and for the scenario's own credentials.
// A file in which one shows exits with 1. Must not change what a scenario does besides that.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { eventTypes, formsOf, isExact, textOf } from './secrets.js';

const library = new URL('../../js/', import.meta.url).href;
const header = 'pl4nted-in-h3ader';
const query = 'pl4nted+in/qu3ry';
// Shorter ones are words that may stand anywhere.
const shortestSecret = 8;

/** How much was looked at, by kind, so that the run can tell that it looked at all. */
const looked = { templates: 0, errors: 0, events: 0, protocols: 0, console: 0 };
const leaks = new Set();
const forms = new Set([header, query].flatMap(formsOf));

function look(kind, value) {
  looked[kind] += 1;
  const text = textOf(value);
  for (const form of forms) {
    if (text.includes(form)) leaks.add(`${kind}: ${form} shows in ${text}`);
  }
}

/** All errors that are made, by whomever; those of the library are looked at once their constructor has ended. */
function watchErrors(Base) {
  return new Proxy(Base, {
    construct(target, args, newTarget) {
      const error = Reflect.construct(target, args, newTarget);
      if (madeByLibrary(error)) queueMicrotask(() => look('errors', error));
      return error;
    },
  });
}

/** Whether the innermost frame of a file, this one aside, is the library's. */
function madeByLibrary(error) {
  const frames = String(error.stack).split('\n    at ').slice(1);
  return frames.find((frame) => frame.includes('file:') && !frame.includes(import.meta.url))?.includes(library);
}

globalThis.Error = watchErrors(Error);
globalThis.TypeError = watchErrors(TypeError);
globalThis.RangeError = watchErrors(RangeError);
const { WebSocketCommunicationProtocol } = await import('../../js/api/index.js');

for (const name of ['log', 'info', 'debug', 'warn', 'error', 'trace']) {
  const original = console[name].bind(console);
  console[name] = (...values) => {
    look('console', values);
    original(...values);
  };
}
process.on('warning', (warning) => look('console', warning));

const protocols = new WeakSet();
function watchProtocol(protocol) {
  if (!protocols.has(protocol)) {
    for (const type of eventTypes) protocol.addEventListener(type, (event) => look('events', event));
  }
  protocols.add(protocol);
  look('protocols', protocol);
}

/** The scenario's own secrets count as planted. */
function noteCredentials(auth) {
  for (const name of ['api_key', 'password', 'access_token', 'client_secret']) {
    const secret = auth?.[name];
    if (typeof secret === 'string' && secret.length >= shortestSecret) {
      for (const form of formsOf(secret)) forms.add(form);
    }
  }
}

function planted(template) {
  if (typeof template !== 'object' || template === null) return template;
  looked.templates += 1;
  noteCredentials(template.auth);
  if (isExact(template) || typeof template.url !== 'string') return template;
  const auth = { auth_type: 'api_key', api_key: query, var_name: 'planted', location: 'query' };
  return { auth, ...template, headers: { ...template.headers, 'X-Planted': header } };
}

for (const [name, position] of Object.entries({ callTool: 3, callToolStreaming: 3, registerManual: 1 })) {
  const original = WebSocketCommunicationProtocol.prototype[name];
  WebSocketCommunicationProtocol.prototype[name] = function (...args) {
    watchProtocol(this);
    const given = args[position];
    if (args.length > position) args[position] = planted(given);
    const outcome = original.apply(this, args);
    if (name !== 'registerManual') return outcome;
    return outcome.then((result) => {
      watchProtocol(this);
      look('errors', result.errors);
      return result.manualCallTemplate === args[position] ? { ...result, manualCallTemplate: given } : result;
    });
  };
}

process.on('exit', () => {
  for (const leak of leaks) process.stderr.write(`A secret shows. ${leak}\n`);
  if (leaks.size > 0) process.exitCode = 1;
  const folder = process.env.UTCP_SECRET_REPORTS;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${process.pid}.json`, JSON.stringify({ file: basename(process.argv[1] ?? ''), looked }));
});
