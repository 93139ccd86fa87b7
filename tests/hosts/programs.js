// Runs the contract in hosts that are programs. Their binaries come from the packages of this folder.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output } from '../../scripts/lib/repo.js';

const packages = {
  x64: {
    deno: '@deno/linux-x64-glibc/deno',
    bun: '@oven/bun-linux-x64-baseline/bin/bun',
    workerd: '@cloudflare/workerd-linux-64/bin/workerd',
  },
  arm64: {
    deno: '@deno/linux-arm64-glibc/deno',
    bun: '@oven/bun-linux-aarch64/bin/bun',
    workerd: '@cloudflare/workerd-linux-arm64/bin/workerd',
  },
};

/** Longer than the contract takes in any host. A program that does not end by then keeps something alive. */
export const LIMIT_MS = 300_000;

/** Where a host's binary is: `node20`, `deno`, … @param {string} host */
export function binaryOf(host) {
  const file = packages[process.arch]?.[host] ?? `${host}-${process.arch}/bin/node`;
  const path = fileURLToPath(new URL(`node_modules/${file}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`there is no ${host} for ${process.platform} ${process.arch}: ${path}`);
  return path;
}

/** The first version number that it says. @param {string} binary */
export function versionOf(binary) {
  return /\d[\d.-]*/.exec(output(binary, ['--version']) ?? '')?.[0] ?? '';
}

/** @param {string} host @param {{ flags?: string[], withoutWs?: boolean }} [how] */
export function program(host, { flags = [], withoutWs = false } = {}) {
  return async ({ project, bare, setting }) => {
    const binary = binaryOf(host);
    const child = spawn(binary, [...flags, join('runners', 'program.js'), JSON.stringify(setting)], {
      cwd: withoutWs ? bare : project,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
    const ended = await new Promise((resolve, reject) =>
      child.on('error', reject).on('close', (...how) => resolve(how)),
    );
    if (ended[0] !== 0) throw new Error(`${host} ended with ${ended}: ${said.stderr || said.stdout}`);
    // The SDK prints lines, too.
    const lines = said.stdout.split('\n').filter((line) => line.startsWith('{"group"'));
    return { version: versionOf(binary), results: lines.map((line) => JSON.parse(line)) };
  };
}
