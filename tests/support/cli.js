// Runs the command line program as a user does: in a process of its own, in pipes or on a terminal.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from './server.js';

export const program = fileURLToPath(new URL('../../js/cli/main.js', import.meta.url));

/** The same tests hold for the program in C++, whose path is given then. */
const native = process.env.UTCP_WEBSOCKET_CLI;

/** Of the run that looks for secrets (secret_run.js). */
const passedOn = Object.fromEntries(
  ['NODE_OPTIONS', 'UTCP_SECRET_REPORTS']
    .filter((name) => name in process.env)
    .map((name) => [name, process.env[name]]),
);

/** Nothing else of the environment that the tests run in may decide what is printed. */
const environment = (env) => ({ PATH: process.env.PATH, HOME: tmpdir(), TERM: 'xterm', ...passedOn, ...env });

/** Starts the program; `input` is what its standard input holds, null: nothing yet. */
export function start(args, { env = {}, input = '', node = [], file = program, command: given } = {}) {
  const [command, ...before] = given ?? (native ? [native] : [process.execPath, ...node, file]);
  const child = spawn(command, [...before, ...args], {
    env: environment(env),
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => {}); // it may be gone before it has read that
  if (input !== null) child.stdin.end(input);
  return child;
}

/** Resolves with what the program printed and how it ended. */
export async function finished(child) {
  const chunks = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr']) child[name]?.on('data', (chunk) => chunks[name].push(chunk));
  const [code, signal] = await once(child, 'close');
  const bytes = Buffer.concat(chunks.stdout);
  return { code, signal, bytes, stdout: String(bytes), stderr: String(Buffer.concat(chunks.stderr)) };
}

export const run = (args, options) => finished(start(args, options));

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The program as a shell command; `tail` is what follows it. */
export const commandOf = (args, tail = '') =>
  `${[...(native ? [native] : [process.execPath, program]), ...args].map(quoted).join(' ')} ${tail}`.trim();

/** Runs a shell command on a terminal of its own: what is seen there, and the exit code. `onSeen`: called with all that is seen so far. */
export async function onTerminal(command, env = {}, onSeen = undefined) {
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: environment({ SHELL: '/bin/sh', ...env }),
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000,
    killSignal: 'SIGKILL', // the program takes its time after SIGTERM
  });
  let seen = '';
  child.stdout.on('data', (chunk) => {
    seen += chunk;
    onSeen?.(seen);
  });
  const { code, stdout } = await finished(child);
  return { code, seen: stdout.replaceAll('\r\n', '\n') };
}

/** The lines of JSON in a text. */
export const linesOf = (text) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** Starts an endpoint that tells its manual and answers everything else by `answer(socket, text, request)`. */
export async function startTools(t, tools, answer, options) {
  const server = await startServer(
    t,
    (socket, text, request) => {
      if (text !== '{"type":"utcp"}') return answer(socket, text, request);
      const manual = { utcp_version: '1.0.1', manual_version: '1.0.0', tools: tools.map((tool) => described(tool)) };
      socket.send(JSON.stringify(manual));
    },
    options,
  );
  const described = ({ name, description = '', inputs = {}, tags = [], ...template }) => ({
    name,
    description,
    inputs,
    tags,
    tool_call_template: { call_template_type: 'websocket', url: server.url, ...template },
  });
  return server;
}

/** A folder that is gone after the test. */
export function newFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'utcp-websocket-cli-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
