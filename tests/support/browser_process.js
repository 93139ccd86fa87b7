// A browser as a service: a process with a profile of its own that says on stderr where its WebSocket listens.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromiumOptions } from './chromium.js';
import { removeFolder } from './folders.js';
import { findProgram } from './program.js';

/** Firefox's WebDriver BiDi: `url` is its server's, of which `/session` is the endpoint. */
export const launchFirefox = () =>
  launch(findProgram('Firefox', 'FIREFOX_PATH', ['firefox-esr', 'firefox']), (profile) => [
    '--headless',
    '--no-remote',
    '--remote-debugging-port',
    '0',
    '--profile',
    profile,
  ]);

/** Chromium's DevTools: `url` is the browser's own endpoint. */
export const launchChromium = () => {
  const { executablePath, args } = chromiumOptions();
  return launch(executablePath, (profile) => [...args, '--remote-debugging-port=0', `--user-data-dir=${profile}`]);
};

async function launch(program, flagsFor) {
  const profile = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-browser-'));
  const child = spawn(program, flagsFor(profile), { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  /** Ends it, unless it was told to end by `orderly`. */
  const stop = async (orderly = async () => child.kill()) => {
    await orderly().catch(() => child.kill());
    await exited;
    await removeFolder(profile);
  };
  const said = [];
  for await (const line of createInterface({ input: child.stderr })) {
    const [, url] = /^(?:WebDriver BiDi|DevTools) listening on (ws:\S+)/.exec(line) ?? [];
    if (url) {
      child.stderr.resume();
      return { url, stop };
    }
    said.push(line);
  }
  await stop();
  throw new Error(`${program} did not start: ${said.join('\n')}`);
}
