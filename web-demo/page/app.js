// Owns the page's course: discover a provider, choose a tool, call or stream it, stop it.
// Uses nothing but the public API of utcp-websocket.

import { WebSocketCommunicationProtocol } from 'utcp-websocket';

import { byId, make } from './dom.js';
import { FieldError, showForm } from './form.js';
import { showEvents } from './log.js';
import { addResult, clearResults, showError, showState } from './results.js';

/** @typedef {import('utcp-websocket').Tool} Tool */

const manualName = 'demo';
const protocol = new WebSocketCommunicationProtocol();

/** @type {{ name: string, call_template_type: string, url: string } | undefined} */
let registered;
/** @type {{ tool: Tool, readArguments: () => Record<string, unknown> } | undefined} */
let chosen;
/** @type {AbortController | undefined} what is running */
let running;

const providerUrl = /** @type {HTMLInputElement} */ (byId('provider-url'));
const callButton = /** @type {HTMLButtonElement} */ (byId('call'));
const streamButton = /** @type {HTMLButtonElement} */ (byId('stream'));
const stopButton = /** @type {HTMLButtonElement} */ (byId('stop'));

/**
 * @param {'idle' | 'running' | 'done' | 'failed'} state
 * @param {string} text
 */
function showStatus(state, text) {
  byId('status').dataset.state = state;
  byId('status').textContent = text;
}

async function discover() {
  running?.abort();
  showStatus('running', 'Asking for the manual …');
  byId('discovery-errors').hidden = true;
  if (registered !== undefined) await protocol.deregisterManual(null, registered);
  const template = { name: manualName, call_template_type: 'websocket', url: providerUrl.value.trim() };
  registered = template;
  const { success, manual, errors } = await protocol.registerManual(null, template);
  if (registered !== template) return;
  showTools(success ? manual.tools : []);
  showProblems(errors);
  if (success) showStatus('done', `${manual.tools.length} tools from ${template.url}`);
  else showStatus('failed', 'The provider gave no manual.');
}

/** @param {readonly string[]} problems */
function showProblems(problems) {
  const list = byId('discovery-errors');
  list.replaceChildren(...problems.map((problem) => make('li', {}, [problem])));
  list.hidden = problems.length === 0;
}

/** @param {Tool[]} tools */
function showTools(tools) {
  chosen = undefined;
  byId('tool-panel').hidden = true;
  const buttons = tools.map((tool) => {
    const content = [make('strong', {}, [tool.name]), make('span', {}, [tool.description])];
    const button = make('button', { type: 'button', id: `tool-${tool.name}`, 'aria-pressed': 'false' }, content);
    button.addEventListener('click', () => choose(tool, button));
    return button;
  });
  byId('tools').replaceChildren(...buttons.map((button) => make('li', {}, [button])));
}

/**
 * @param {Tool} tool
 * @param {HTMLButtonElement} button
 */
function choose(tool, button) {
  running?.abort();
  running = undefined;
  setRunning(false);
  for (const other of byId('tools').querySelectorAll('button')) {
    other.setAttribute('aria-pressed', String(other === button));
  }
  chosen = { tool, readArguments: showForm(tool.inputs) };
  byId('tool-name').textContent = tool.name;
  byId('tool-description').textContent = tool.description;
  byId('template').textContent = JSON.stringify(tool.tool_call_template, null, 2);
  const streams = tool.tags?.includes('stream') ?? false;
  callButton.classList.toggle('primary', !streams);
  streamButton.classList.toggle('primary', streams);
  clearResults();
  showState('idle', 'Nothing called yet.');
  byId('tool-panel').hidden = false;
  byId('tool-panel').scrollIntoView({ block: 'nearest' });
}

/** @param {boolean} on */
function setRunning(on) {
  callButton.disabled = on;
  streamButton.disabled = on;
  stopButton.disabled = !on;
}

/** @param {boolean} streaming */
async function run(streaming) {
  if (chosen === undefined || running !== undefined) return;
  const { tool, readArguments } = chosen;
  const controller = new AbortController();
  running = controller;
  const current = () => running === controller;
  clearResults();
  showState('running', streaming ? 'Waiting for items …' : 'Waiting for the answer …');
  setRunning(true);
  const start = performance.now();
  let items = 0;
  try {
    const name = `${manualName}.${tool.name}`;
    const { signal } = controller;
    if (streaming) {
      const stream = protocol.callToolStreaming(null, name, readArguments(), tool.tool_call_template, { signal });
      for await (const item of stream) {
        if (!current()) return;
        addResult(item, true);
        items++;
        showState('running', `${items} items so far`);
      }
    } else {
      addResult(await protocol.callTool(null, name, readArguments(), tool.tool_call_template, { signal }));
    }
    if (!current()) return;
    const time = `${(performance.now() - start).toFixed(1)} ms`;
    showState('done', streaming ? `The stream ended after ${items} items, ${time}` : `Answered in ${time}`);
  } catch (error) {
    if (!current()) return;
    if (controller.signal.aborted) showState('stopped', `Stopped after ${items} items`);
    else {
      showState('failed', error instanceof FieldError ? 'Not sent: an argument is wrong' : 'The call failed');
      showError(error);
    }
  } finally {
    if (current()) {
      running = undefined;
      setRunning(false);
    }
  }
}

byId('provider-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void discover();
});
byId('arguments').addEventListener('submit', (event) => {
  event.preventDefault();
  void run(false);
});
streamButton.addEventListener('click', () => void run(true));
stopButton.addEventListener('click', () => running?.abort());
addEventListener('pagehide', () => void protocol.close());

showEvents(protocol);
const answer = await fetch('/provider.json');
providerUrl.value = (await answer.json()).url;
await discover();
