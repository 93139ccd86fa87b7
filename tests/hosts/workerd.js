// Runs workers in workerd: each with a configuration of its own, asked over HTTP on a free port.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { binaryOf, LIMIT_MS, versionOf } from './programs.js';

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    # Without it, a worker reaches public addresses only.
    (name = "loopback", network = (allow = ["local", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "core.wasm", wasm = embed "core.wasm"),
  ],
  compatibilityDate = "2026-01-01",
  globalOutbound = "loopback",
);
`;

/** Runs the contract. */
export async function workerd({ project, setting }) {
  const [results] = await askWorker(join(project, 'workerd'), [setting]);
  return { version: versionOf(binaryOf('workerd')), results };
}

/** Starts the worker that lies in a folder, and makes these requests one after the other. @param {string} folder @param {object[]} requests */
export async function askWorker(folder, requests) {
  const file = join(folder, 'config.capnp');
  writeFileSync(file, config);
  const child = spawn(binaryOf('workerd'), ['serve', '--control-fd=3', file], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  const exited = once(child, 'exit');
  try {
    const port = await Promise.race([listening(child.stdio[3]), exited.then(() => undefined)]);
    if (!port) throw new Error('workerd did not start');
    const answers = [];
    for (const request of requests) {
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(LIMIT_MS),
      });
      if (!response.ok) throw new Error(`workerd answered ${response.status}`);
      answers.push(await response.json());
    }
    return answers;
  } catch (error) {
    throw new Error(`${error.message}: ${said}`);
  } finally {
    child.kill();
    await exited;
  }
}

/** The port that it says it listens on. */
async function listening(control) {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line);
    if (event === 'listen') return port;
  }
}
