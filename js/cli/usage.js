// Owns what is typed: the help, and reading the command line. Must not know what the commands do.
import { parseArgs } from 'node:util';

export const help = `Usage: utcp-websocket discover URL
       utcp-websocket call     URL TOOL [ARGUMENTS]
       utcp-websocket stream   URL TOOL [ARGUMENTS]

discover   lists the tools of the endpoint at URL
call       asks URL for its manual, calls TOOL as that says, prints the result
stream     the same, prints each response as it comes, until the stream ends

URL        wss: to any host, ws: to this machine only
ARGUMENTS  a JSON object; @FILE reads it from a file, - from standard input

  --template FILE         a call template in JSON, - from standard input. discover asks as it
                          says; call and stream call by it, ask for no manual, and need no URL
  -H, --header 'N: V'     a handshake header; may be repeated
  --timeout SECONDS       until there is a connection, and then until the response; in a stream
                          between two responses. Default: the call template's, else 30
  --retry                 try again until the timeout when no connection can be opened
  --json                  JSON, one value a line, also on a terminal; errors, too
  --raw                   texts as they are, without the quotes of JSON
  -o, --output FILE       write to FILE what would be written to a pipe
  -v, --verbose           say on standard error what happens
  -h, --help              this text
  -V, --version           the version

On a terminal results are made readable. In a pipe each is a line of JSON, and binary ones are
written as they are. \${NAME} in a URL, a header's value or a template is filled in from the
environment: the place for secrets, in single quotes, so that your shell leaves it alone.

Exit codes: 0 done, 1 the tool or its endpoint failed, 2 wrong usage, 3 no connection or it was
lost, 4 timeout, 130 interrupted, 143 terminated.`;

/** The user has to type something else. */
export class UsageError extends Error {}

/**
 * What was typed.
 * @typedef {object} Settings
 * @property {'discover' | 'call' | 'stream' | 'help' | 'version'} command
 * @property {string | undefined} url
 * @property {string} tool empty for `discover`
 * @property {string | undefined} args
 * @property {string | undefined} template
 * @property {[name: string, value: string][]} headers
 * @property {number | undefined} timeout seconds
 * @property {boolean} retry
 * @property {boolean} json
 * @property {boolean} raw
 * @property {string | undefined} output
 * @property {boolean} verbose
 */

const options = /** @type {const} */ ({
  template: { type: 'string' },
  header: { type: 'string', short: 'H', multiple: true },
  timeout: { type: 'string' },
  retry: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  raw: { type: 'boolean', default: false },
  output: { type: 'string', short: 'o' },
  verbose: { type: 'boolean', short: 'v', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'V', default: false },
});

/**
 * @param {string[]} argv
 * @returns {Settings} throws a `UsageError`
 */
export function readCommandLine(argv) {
  const { values, positionals } = parse(argv);
  const [command, ...rest] = positionals;
  const settings = {
    template: values.template,
    headers: (values.header ?? []).map(headerOf),
    timeout: values.timeout === undefined ? undefined : secondsOf(values.timeout),
    retry: values.retry,
    json: values.json,
    raw: values.raw,
    output: values.output,
    verbose: values.verbose,
  };
  if (values.help) return { ...settings, command: 'help', url: undefined, tool: '', args: undefined };
  if (values.version) return { ...settings, command: 'version', url: undefined, tool: '', args: undefined };
  if (command !== 'discover' && command !== 'call' && command !== 'stream') {
    throw new UsageError(command === undefined ? 'a command is missing' : `there is no command ${command}`);
  }
  const url = rest[0] !== undefined && isUrl(rest[0], settings.template) ? rest.shift() : undefined;
  if (url === undefined && settings.template === undefined) throw new UsageError(`${command} needs a URL`);
  const tool = command === 'discover' ? '' : rest.shift();
  if (tool === undefined) throw new UsageError(`${command} needs the name of a tool`);
  const args = command === 'discover' ? undefined : rest.shift();
  if (rest.length > 0) throw new UsageError(`what is "${rest[0]}"? ${command} takes no more`);
  if (args === '-' && settings.template === '-') throw new UsageError('standard input can be read only once');
  return { ...settings, command, url, tool, args };
}

/** @param {string[]} argv */
function parse(argv) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true });
  } catch (error) {
    const [first = ''] = /** @type {Error} */ (error).message.split('. ');
    throw new UsageError(first);
  }
}

/**
 * With a template the URL may be left out: a tool is not called like one.
 * @param {string} text
 * @param {string | undefined} template
 */
function isUrl(text, template) {
  return template === undefined || text.includes('://') || text.startsWith('${');
}

/** @param {string} text @returns {[string, string]} */
function headerOf(text) {
  const [, name, value] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/s.exec(text) ?? [];
  // What was given is not shown: it may be a secret with a typing error.
  if (name === undefined || value === undefined) throw new UsageError("--header takes 'Name: value'");
  return [name, value];
}

/** @param {string} text */
function secondsOf(text) {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds > 0 && seconds <= 2_147_483)) {
    throw new UsageError(`--timeout takes a number of seconds above 0, not "${text}"`);
  }
  return seconds;
}
