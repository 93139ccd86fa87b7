// Owns the help, and parsing the command line. Must not know what the commands do.
import { parseArgs } from 'node:util';

const common = `  --template FILE         a call template in JSON; - reads it from standard input. discover uses
                          its auth and discovery_message; call and stream use the template
                          instead of a manual, and the URL may be omitted
  --recipe NAME           the template for a kind of service, such as graphql or mcp; members of
                          --template override it. utcp-websocket recipes lists the names
  -H, --header 'N: V'     a handshake header; repeatable
  --timeout SECONDS       time until there is a connection, and again until the response; in a
                          stream, between two responses. Default: the call template's, else 30
  --retry                 retry a failed connection until the timeout
  --json                  print JSON, one value per line, also on a terminal; errors, too
  --raw                   print texts without JSON quotes
  -o, --output FILE       write the output for a pipe to FILE
  -v, --verbose           log events to stderr
  --frames                log every frame to stderr, with its content and the time
  --time                  print the duration to stderr
  -h, --help              print this text; utcp-websocket help COMMAND describes a command
  -V, --version           print the version`;

const data = `  -d, --data NAME=VALUE   one argument; VALUE is parsed as JSON if possible, otherwise it is a
                          text; repeatable, overrides ARGUMENTS
  --upload NAME=FILE      one argument in chunks, each sent in a message of its own; - reads
                          standard input. A chunk is a line, parsed like VALUE; if the template's
                          message_format is binary or base64, it is bytes
  --chunk-size BYTES      the largest chunk of bytes. Default: 65536`;

export const help = `Usage: utcp-websocket discover URL
       utcp-websocket call URL TOOL [ARGUMENTS]
       utcp-websocket stream URL TOOL [ARGUMENTS]
       utcp-websocket open URL
       utcp-websocket demo
       utcp-websocket recipes [NAME]
       utcp-websocket help [COMMAND]
       utcp-websocket completion bash | zsh | fish

discover   lists the tools of the endpoint at URL
call       fetches the manual at URL, calls TOOL as it describes, prints the result
stream     the same, but prints each response until the stream ends
open       opens a prompt to call tools, or to send and show raw frames
demo       starts a provider with sample tools, and the inspector
recipes    lists the recipes: call templates for services that have no manual

URL        wss: to any host, ws: to this machine only
ARGUMENTS  a JSON object; @FILE reads it from a file, - from standard input

${data}
${common}

On a terminal, results are formatted. In a pipe, each is one line of JSON; binary results are
written unchanged. \${NAME} in a URL, a header's value or a template is replaced from the
environment. Use it for secrets, in single quotes, so that your shell does not replace it.

Exit codes: 0 success, 1 the tool or its endpoint failed, 2 wrong usage, 3 no connection or a lost
one, 4 timeout, 130 interrupted, 143 terminated.`;

/** What `help COMMAND` prints. @type {Record<string, string>} */
export const helpOf = {
  discover: `Usage: utcp-websocket discover URL

Lists the tools of the endpoint at URL: names, descriptions, arguments. In a pipe, each is one
line of JSON, as in the manual.

${common}

Examples:
  utcp-websocket discover ws://127.0.0.1:8765/utcp
  utcp-websocket discover wss://tools.example/utcp -H 'Authorization: Bearer \${TOKEN}'
  utcp-websocket discover ws://127.0.0.1:8765/utcp | jq -r .name`,
  call: `Usage: utcp-websocket call URL TOOL [ARGUMENTS]

Fetches the manual at URL, calls TOOL as it describes, and prints the result.

${data}
${common}

Examples:
  utcp-websocket call ws://127.0.0.1:8765/utcp search_docs '{"query":"ping"}'
  utcp-websocket call ws://127.0.0.1:8765/utcp search_docs -d query=ping -d limit=3
  utcp-websocket call --template weather.json weather -d city=Oslo
  utcp-websocket call wss://mcp.example/ echo -d message=hello --recipe mcp`,
  stream: `Usage: utcp-websocket stream URL TOOL [ARGUMENTS]

Fetches the manual at URL, calls TOOL as it describes, and prints each response until the stream
ends. The stream also ends on Ctrl-C, or when the reader of the output goes away.

${data}
${common}

Examples:
  utcp-websocket stream ws://127.0.0.1:8765/utcp watch_metrics -d interval_ms=500
  utcp-websocket stream ws://127.0.0.1:8765/utcp watch_metrics | head -3
  arecord -t raw -f S16_LE -r 16000 |
    utcp-websocket stream listen --recipe deepgram --upload audio=-`,
  open: `Usage: utcp-websocket open URL

Opens a connection and a prompt. Sends each line that you type unchanged, and shows every frame
received. Lines that start with a slash are commands:

  /tools                       lists the endpoint's tools
  /call TOOL [ARGUMENTS]       calls a tool, on a separate connection
  /stream TOOL [ARGUMENTS]     the same, but prints each response; Ctrl-C ends it
  /quit                        closes the connection, like Ctrl-D

${common}

Example:
  utcp-websocket open ws://127.0.0.1:8765/device`,
  demo: `Usage: utcp-websocket demo [--port N] [--page-port N] [--walk] [--once]

Starts a provider with sample tools, and the inspector, a page that calls them or the tools of any
other endpoint. Both listen on this machine only. npm downloads the package utcp-websocket-demo if
it is not installed.

  --port N                port of the provider. Default: 8765, or a free one if it is taken
  --page-port N           port of the page. Default: 8766, or a free one if it is taken
  --walk                  call each tool from the terminal first
  --once                  the same, then exit

Examples:
  utcp-websocket demo
  utcp-websocket demo --once`,
  recipes: `Usage: utcp-websocket recipes [NAME]

Lists the recipes: call templates for services that have no manual, such as GraphQL and MCP. With
NAME, prints that template. Other commands use it with --recipe NAME: pass the service's URL, set
secrets in the environment (\${HA_TOKEN}), add headers with -H, and override its members with a
--template FILE, such as a GraphQL query or a channel's topic.

  --json                  print JSON, one value per line, also on a terminal; errors, too
  -o, --output FILE       write the output for a pipe to FILE

Examples:
  utcp-websocket recipes
  utcp-websocket recipes graphql > graphql.json
  utcp-websocket call wss://home.example/api/websocket get_states --recipe home-assistant`,
  completion: `Usage: utcp-websocket completion bash | zsh | fish

Prints a script that completes commands and options in your shell.

Examples:
  source <(utcp-websocket completion bash)
  utcp-websocket completion zsh > "\${fpath[1]}/_utcp-websocket"
  utcp-websocket completion fish > ~/.config/fish/completions/utcp-websocket.fish`,
};

/** The commands, in their order. */
export const commandNames = ['discover', 'call', 'stream', 'open', 'demo', 'recipes', 'help', 'completion'];

/** The command line is wrong. */
export class UsageError extends Error {}

/**
 * The parsed command line.
 * @typedef {object} Settings
 * @property {'discover' | 'call' | 'stream' | 'open' | 'recipes' | 'help' | 'version' | 'completion'} command
 * @property {string} topic of `help`: a command or empty; of `completion`: a shell; of `recipes`: a name or empty
 * @property {string | undefined} url
 * @property {string} tool empty for `discover`
 * @property {string | undefined} args
 * @property {string | undefined} template
 * @property {string | undefined} recipe
 * @property {[name: string, value: string][]} headers
 * @property {number | undefined} timeout seconds
 * @property {boolean} retry
 * @property {boolean} json
 * @property {boolean} raw
 * @property {string | undefined} output
 * @property {boolean} verbose
 * @property {boolean} frames
 * @property {boolean} time
 * @property {[name: string, value: string][]} data
 * @property {[name: string, file: string] | undefined} upload
 * @property {number} chunkSize bytes
 */

/** Options for `parseArgs`; the completion scripts are generated from them, too. */
export const options = /** @type {const} */ ({
  data: { type: 'string', short: 'd', multiple: true },
  upload: { type: 'string', multiple: true },
  'chunk-size': { type: 'string' },
  template: { type: 'string' },
  recipe: { type: 'string' },
  header: { type: 'string', short: 'H', multiple: true },
  timeout: { type: 'string' },
  retry: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  raw: { type: 'boolean', default: false },
  output: { type: 'string', short: 'o' },
  verbose: { type: 'boolean', short: 'v', default: false },
  frames: { type: 'boolean', default: false },
  time: { type: 'boolean', default: false },
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
    recipe: values.recipe,
    headers: (values.header ?? []).map(headerOf),
    timeout: values.timeout === undefined ? undefined : secondsOf(values.timeout),
    retry: values.retry,
    json: values.json,
    raw: values.raw,
    output: values.output,
    verbose: values.verbose,
    frames: values.frames,
    time: values.time,
    data: (values.data ?? []).map((text) => pairOf(text, '--data takes NAME=VALUE')),
    upload: uploadOf(values.upload ?? []),
    chunkSize: sizeOf(values['chunk-size'] ?? '65536'),
    topic: '',
  };
  const nothing = { url: undefined, tool: '', args: undefined };
  if (values.version) return { ...settings, ...nothing, command: 'version' };
  if (values.help || command === 'help') {
    const topic = (command === 'help' ? rest[0] : command) ?? '';
    if (topic !== '' && !commandNames.includes(topic)) throw new UsageError(`there is no command ${topic}`);
    return { ...settings, ...nothing, command: 'help', topic: command === 'help' ? topic : '' };
  }
  if (command === 'completion') return { ...settings, ...nothing, command, topic: shellOf(rest[0]) };
  if (command === 'recipes') {
    if (rest[1] !== undefined) throw new UsageError(extra(command, rest[1]));
    return { ...settings, ...nothing, command, topic: rest[0] ?? '' };
  }
  if (command !== 'discover' && command !== 'call' && command !== 'stream' && command !== 'open') {
    throw new UsageError(command === undefined ? 'a command is missing' : `there is no command ${command}`);
  }
  const url = rest[0] !== undefined && isUrl(rest[0], settings) ? rest.shift() : undefined;
  if (url === undefined && !hasTemplate(settings)) throw new UsageError(`${command} needs a URL`);
  const hasTool = command === 'call' || command === 'stream';
  const tool = hasTool ? rest.shift() : '';
  if (tool === undefined) throw new UsageError(`${command} needs the name of a tool`);
  const args = hasTool ? rest.shift() : undefined;
  if (rest.length > 0) throw new UsageError(extra(command, rest[0]));
  if (settings.upload && !hasTool) throw new UsageError('--upload is for call and stream');
  if ([args, settings.template, settings.upload?.[1]].filter((one) => one === '-').length > 1) {
    throw new UsageError('standard input can be read only once');
  }
  return { ...settings, command, url, tool, args };
}

/** @param {string} command @param {string | undefined} text */
function extra(command, text) {
  const hasTool = command === 'call' || command === 'stream';
  const takes = command === 'recipes' ? 'name' : 'URL';
  const cure = hasTool ? 'pass one JSON object, or -d NAME=VALUE' : `${command} takes a ${takes} only`;
  return `Unexpected argument "${text}"; ${cure}`;
}

/** @param {string[]} argv */
function parse(argv) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true });
  } catch (error) {
    const [first = ''] = /** @type {Error} */ (error).message.split(/\.\s/);
    throw new UsageError(first);
  }
}

/**
 * Whether a call template is given, so that no manual is needed.
 * @param {{ template: string | undefined, recipe: string | undefined }} settings
 */
export const hasTemplate = ({ template, recipe }) => template !== undefined || recipe !== undefined;

/**
 * With a template, the URL may be omitted: a tool's name does not look like a URL.
 * @param {string} text
 * @param {Parameters<typeof hasTemplate>[0]} settings
 */
function isUrl(text, settings) {
  return !hasTemplate(settings) || text.includes('://') || text.startsWith('${');
}

/** @param {string} text @returns {[string, string]} */
function headerOf(text) {
  const [, name, value] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/s.exec(text) ?? [];
  // The value is not shown: it may be a mistyped secret.
  if (name === undefined || value === undefined) throw new UsageError("--header takes 'Name: value'");
  return [name, value];
}

/** @param {string} text @param {string} wanted for the error @returns {[string, string]} */
function pairOf(text, wanted) {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(wanted);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** @param {string[]} given */
function uploadOf([text, another]) {
  if (another !== undefined) throw new UsageError('--upload can be given once: a call takes one argument in chunks');
  return text === undefined ? undefined : pairOf(text, '--upload takes NAME=FILE');
}

const LARGEST_CHUNK = 2 ** 24;

/** @param {string} text */
function sizeOf(text) {
  const size = /^\d+$/.test(text) ? Number(text) : 0;
  if (size < 1 || size > LARGEST_CHUNK) {
    throw new UsageError(`--chunk-size takes a number of bytes from 1 to ${LARGEST_CHUNK}, not "${text}"`);
  }
  return size;
}

/** @param {string | undefined} name */
function shellOf(name) {
  if (name !== 'bash' && name !== 'zsh' && name !== 'fish') throw new UsageError('completion takes bash, zsh or fish');
  return name;
}

/** @param {string} text */
function secondsOf(text) {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds > 0 && seconds <= 2_147_483)) {
    throw new UsageError(`--timeout takes a number of seconds above 0, not "${text}"`);
  }
  return seconds;
}
