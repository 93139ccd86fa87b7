// The programs of docs/observability.md, as they stand there: OpenTelemetry with its in-memory exporters, and the log; with the packed
// package against a real server.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fromRoot } from '../../scripts/lib/repo.js';
import { newProject } from '../support/packed.js';
import { documentedProvider } from '../support/readme.js';
import { startServer } from '../support/server.js';

const blocks = Array.from(
  readFileSync(fromRoot('docs', 'observability.md'), 'utf8').matchAll(/^```js\n(.*?)^```$/gms),
  ([, code]) => code,
);
/** @param {string} sign what only that block has */
const block = (sign) => blocks.find((code) => code.includes(sign)) ?? '';
const [log, telemetry, program] = ['debuglog', 'createHistogram', "from './telemetry.mjs'"].map(block);

/** @type {Awaited<ReturnType<typeof newProject>>} */
let project;
before(async () => {
  project = await newProject();
  project.addModule('ws');
  const modules = fromRoot('tests', 'package', 'node_modules', '@opentelemetry');
  symlinkSync(modules, project.path('node_modules', '@opentelemetry'));
  copyFileSync(fromRoot('tests', 'package', 'telemetry_sdk.mjs'), project.path('sdk.mjs'));
  writeFileSync(project.path('telemetry.mjs'), telemetry);
  writeFileSync(project.path('log.mjs'), log);
});
after(() => project?.remove());

/** Tools `search_docs`, which answers, and `fail`, whose answer is an error. */
async function startTools(t) {
  const tool = (name) => {
    const message = { tool: name, args: '{{args}}' };
    const template = {
      ...server.template({ message, response_format: 'json', error_path: '/error' }),
      name: undefined,
    };
    return { name, description: name, tool_call_template: template };
  };
  const server = await startServer(t, (socket, received) => {
    const { type, tool: called } = JSON.parse(received);
    const tools = () => ['search_docs', 'fail'].map(tool);
    if (type === 'utcp')
      socket.send(JSON.stringify({ utcp_version: '1.0.1', manual_version: '1.0.0', tools: tools() }));
    else socket.send(JSON.stringify(called === 'fail' ? { error: 's3cr3t answer' } : { hits: ['ping'] }));
  });
  return server;
}

/** Runs a program in the project. @param {string} code @param {string[]} preloaded @param {Record<string, string>} [env] */
async function runProgram(code, preloaded, env = {}) {
  const file = project.path('program.mjs');
  writeFileSync(file, code);
  const imports = preloaded.flatMap((name) => ['--import', `./${name}`]);
  const child = spawn(process.execPath, [...imports, file], { cwd: project.folder, env: { ...process.env, ...env } });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { output, errors };
}

/** @param {string} errors what the program has exported */
const exported = (errors) => {
  assert.match(errors, /^\{.*\}$/, errors);
  return JSON.parse(errors);
};

test('a call is a span and a point of the metric', async (t) => {
  const server = await startTools(t);
  const { output, errors } = await runProgram(program.replace(`${documentedProvider}/utcp`, server.url), ['sdk.mjs']);
  assert.equal(output, "{ hits: [ 'ping' ] }\n", errors);
  const { spans, descriptor, dataPoints } = exported(errors);
  const attributes = {
    'rpc.system.name': 'utcp',
    'rpc.method': 'endpoint.search_docs',
    'server.address': '127.0.0.1',
    'server.port': server.port,
  };
  const [span] = spans;
  assert.equal(spans.length, 1);
  assert.deepEqual([span.name, span.kind, span.status], ['endpoint.search_docs', 2, 0]); // CLIENT, UNSET
  assert.deepEqual(span.attributes, attributes);
  assert.deepEqual([descriptor.name, descriptor.unit, descriptor.type], ['rpc.client.call.duration', 's', 'HISTOGRAM']);
  assert.equal(dataPoints.length, 1);
  assert.deepEqual(dataPoints[0].attributes, attributes);
  assert.equal(dataPoints[0].value.count, 1);
  assert.ok(Math.abs(dataPoints[0].value.sum - span.seconds) < 0.000_01, `${dataPoints[0].value.sum} ${span.seconds}`);
  // Its connection was opened to ask for the manual, outside of any span.
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.traceparent),
    [undefined],
  );
});

test('a call within a span is its child, one that fails says why, and a stream is one span', async (t) => {
  const server = await startTools(t);
  const template = { error_path: '/error', message: { tool: '{{tool_name}}' }, url: server.url, name: 'demo' };
  const code = `
    import { trace } from '@opentelemetry/api';
    import { WebSocketCommunicationProtocol } from 'utcp-websocket';
    import { traceContext } from './telemetry.mjs';

    const protocol = new WebSocketCommunicationProtocol({ traceContext });
    const template = ${JSON.stringify(template)};
    await trace.getTracer('program').startActiveSpan('agent', async (agent) => {
      await protocol.callTool(null, 'demo.fail', {}, template).catch(({ name }) => console.log(name));
      const stream = protocol.callToolStreaming(null, 'other.search_docs', {}, { ...template, expected_responses: 1 });
      for await (const item of stream) console.log(item);
      agent.end();
    });
    await protocol.close();`;
  const { output, errors } = await runProgram(code, ['sdk.mjs']);
  assert.equal(output, 'ToolError\n{"hits":["ping"]}\n', errors);
  const { spans } = exported(errors);
  const [failed, stream, agent] = spans;
  assert.deepEqual(
    spans.map(({ name }) => name),
    ['demo.fail', 'other.search_docs', 'agent'],
  );
  assert.deepEqual([failed.status, failed.attributes['error.type']], [2, 'tool_failed']); // ERROR
  assert.deepEqual([stream.status, stream.attributes['error.type']], [0, undefined]);
  for (const { parent, traceId } of [failed, stream])
    assert.deepEqual([parent, traceId], [agent.spanId, agent.traceId]);
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.traceparent),
    [failed, stream].map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
  );
  assert.ok(!errors.includes('s3cr3t'));
});

test('the log is written where NODE_DEBUG asks for it, and nowhere else', async (t) => {
  const server = await startTools(t);
  const code = `
    import { connect } from 'utcp-websocket';
    const demo = await connect(${JSON.stringify(server.url)});
    await demo.call('search_docs', { query: 's3cr3t' });
    await demo.close();`;
  const asked = await runProgram(code, ['log.mjs'], { NODE_DEBUG: 'utcp-websocket' });
  const lines = asked.errors.split('\n').filter((line) => line.startsWith('UTCP-WEBSOCKET '));
  assert.deepEqual(
    lines.map((line) => line.split(' ')[2]),
    ['open', 'send', 'message', 'send', 'message', 'close'],
  );
  assert.ok(lines.every((line) => line.includes(server.url)));
  assert.ok(!asked.errors.includes('s3cr3t'));
  assert.equal((await runProgram(code, ['log.mjs'])).errors, '');
});
