// RabbitMQ with its Web STOMP plugin as a service: processes, ports and a folder of its own, on loopback only. Nothing of what the machine's own broker has
// is used, and the user who runs the tests may be any.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { removeFolder } from './folders.js';
import { freePort } from './ports.js';
import { findProgram } from './program.js';

// Not Debian's program in the PATH, which is for root and the user `rabbitmq`.
const server = '/usr/lib/rabbitmq/bin/rabbitmq-server';

const config = (port) => `
listeners.tcp = none
stomp.listeners.tcp = none
web_stomp.tcp.ip = 127.0.0.1
web_stomp.tcp.port = ${port}
log.console = true
log.file = false
`;

/** `url`: where a broker listens whose one user is `guest`, with the password `guest`. */
export async function launchRabbitMq() {
  const folder = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-rabbitmq-'));
  const file = (name, text = '') => {
    writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const [port, names, distribution] = [await freePort(), await freePort(), await freePort()].map(String);
  const env = {
    PATH: process.env.PATH,
    HOME: folder, // Erlang's cookie
    ERL_EPMD_PORT: names,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'recipes@localhost',
    RABBITMQ_DIST_PORT: distribution,
    RABBITMQ_MNESIA_BASE: path.join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: path.join(folder, 'log'),
    RABBITMQ_PID_FILE: path.join(folder, 'pid'),
    RABBITMQ_CONF_ENV_FILE: file('env.conf'),
    RABBITMQ_CONFIG_FILE: file('rabbitmq.conf', config(port)),
    RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', '[rabbitmq_web_stomp].'),
    RABBITMQ_ALLOW_INPUT: '1', // so that the script becomes the broker: it is what is ended
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput -kernel inet_dist_use_interface {127,0,0,1}',
  };
  // Where Erlang's nodes find each other. Without one the broker starts one that outlives it.
  const epmd = spawn(findProgram("Erlang's epmd", 'EPMD_PATH', ['epmd']), ['-address', '127.0.0.1', '-port', names], {
    stdio: 'ignore',
  });
  const child = spawn(server, { env, cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = Promise.all([once(epmd, 'exit'), once(child, 'exit')]);
  const stop = async () => {
    child.kill('SIGKILL');
    epmd.kill();
    await exited;
    await removeFolder(folder);
  };
  const said = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Server startup complete')) {
      child.stdout.resume();
      return { url: `ws://127.0.0.1:${port}/ws`, stop };
    }
    said.push(line);
  }
  await stop();
  throw new Error(`RabbitMQ did not start: ${said.join('\n')}`);
}
