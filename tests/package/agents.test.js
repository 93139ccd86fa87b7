// The README's programs for agents: two libraries, a model that follows a script, the packed package and the bundled provider.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fromRoot } from '../../scripts/lib/repo.js';
import { startProvider } from '../../web-demo/server/provider.js';
import { newProject } from '../support/packed.js';
import { documentedProvider, readmeBlocks } from '../support/readme.js';

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;
/** @type {Awaited<ReturnType<typeof startProvider>>} */
let provider;
before(async () => {
  [project, provider] = await Promise.all([newProject(), startProvider()]);
  project.addModule('ws');
  mkdirSync(project.path('node_modules', '@ai-sdk'));
  for (const name of ['ai', '@ai-sdk/openai', 'openai']) {
    symlinkSync(fromRoot('tests', 'package', 'node_modules', name), project.path('node_modules', name));
  }
});
after(() => Promise.all([project?.remove(), provider?.close()]));

/** What the model says, in turn: a call with an argument that is missing, a right one, an answer. */
const script = [
  { tool_calls: [{ id: 'c1', type: 'function', function: { name: 'search_docs', arguments: '{}' } }] },
  {
    tool_calls: [
      { id: 'c2', type: 'function', function: { name: 'search_docs', arguments: '{"query":"ping","limit":2}' } },
    ],
  },
  { content: 'Pings keep connections alive.' },
];

/** A model behind OpenAI's interface. Keeps what it was asked. @param {import('node:test').TestContext} t */
async function startModel(t) {
  /** @type {any[]} */
  const asked = [];
  const server = createServer(async (request, response) => {
    asked.push(JSON.parse(await text(request)));
    const message = { role: 'assistant', content: null, ...script[asked.length - 1] };
    const choices = [{ index: 0, message, finish_reason: message.content ? 'stop' : 'tool_calls' }];
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ id: 'x', object: 'chat.completion', created: 1, model: 'gpt-5', choices, usage }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { asked, url: `http://127.0.0.1:${/** @type {any} */ (server.address()).port}/v1` };
}

for (const [library, imported] of [
  ['the AI SDK', "from 'ai'"],
  ["OpenAI's own library", "from 'openai'"],
]) {
  test(`an agent with ${library}`, async (t) => {
    const model = await startModel(t);
    const code = readmeBlocks('js').find((block) => block.includes(imported)) ?? '';
    const file = project.path('agent.mjs');
    writeFileSync(file, code.replaceAll(documentedProvider, provider.origin));
    const env = { ...process.env, OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'k' };
    const child = spawn(process.execPath, [path.basename(file)], { cwd: project.folder, env });
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    assert.equal(output.trim(), 'Pings keep connections alive.', errors);
    assert.equal(model.asked.length, script.length);
    const [first, second, third] = model.asked;
    const search = first.tools.find((/** @type {any} */ one) => one.function.name === 'search_docs').function;
    assert.match(search.description, /\w/);
    assert.equal(search.parameters.properties.query.type, 'string');
    const answers = [second, third].map(({ messages }) => messages.at(-1));
    assert.deepEqual(
      answers.map(({ role, tool_call_id }) => [role, tool_call_id]),
      [
        ['tool', 'c1'],
        ['tool', 'c2'],
      ],
    );
    assert.match(answers[0].content, /query/, 'the model is told what was wrong');
    assert.match(answers[1].content, /ping/i);
  });
}
