// Tabs of a Chromium that the browser itself hides, freezes and wakes. Not by Playwright, which keeps every page in front. The browser is
// driven by its DevTools protocol, with the README's recipe for it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocketCommunicationProtocol } from '../../js/api/index.js';
import { chromiumOptions } from './chromium.js';
import { removeFolder } from './folders.js';

const recipe = {
  call_template_type: 'websocket',
  message: '{"id":{{request_id}},"method":"{{tool_name}}","params":{{args}}}',
  result_path: '/result',
  error_path: '/error',
};

/** Resolves with `{ open, close }`. */
export async function startTabs() {
  const data = mkdtempSync(path.join(tmpdir(), 'utcp-websocket-tabs-'));
  const { executablePath, args } = chromiumOptions();
  const child = spawn(
    executablePath,
    [...args, '--remote-debugging-port=0', `--user-data-dir=${data}`, 'about:blank'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const exited = once(child, 'exit');
  const protocol = new WebSocketCommunicationProtocol();
  async function close() {
    await protocol.close();
    child.kill();
    await exited;
    await removeFolder(data);
  }
  try {
    const origin = await originOf(child);
    return { open: (url) => openTab(origin, protocol, url), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where it listens. */
async function originOf({ stderr }) {
  const said = [];
  for await (const line of createInterface({ input: stderr })) {
    const host = /DevTools listening on ws:\/\/([^/]+)/.exec(line)?.[1];
    if (host) {
      stderr.resume();
      return `http://${host}`;
    }
    said.push(line);
  }
  throw new Error(`Chromium did not start: ${said.join('\n')}`);
}

/** Opens a tab, in front of the others. */
async function openTab(origin, protocol, url) {
  const tab = await (await fetch(`${origin}/json/new`, { method: 'PUT' })).json();
  const ask = (method, params = {}) =>
    protocol.callTool(null, `tab.${method}`, params, { ...recipe, url: tab.webSocketDebuggerUrl });
  /** The value of an expression in the page, awaited. */
  async function run(expression) {
    const { result, exceptionDetails } = await ask('Runtime.evaluate', {
      ...{ expression, awaitPromise: true, returnByValue: true },
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
  await ask('Page.navigate', { url });
  return {
    run,
    ask,
    front: () => ask('Page.bringToFront'),
    /** @param {'frozen' | 'active'} state */
    become: (state) => ask('Page.setWebLifecycleState', { state }),
  };
}
