// The shared vectors (tests/vectors), through the wasm module.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import {
  isSecureTokenUrl,
  isSecureWebSocketUrl,
  parseManual,
  ready,
  renderMessage,
  UtcpWebSocketError,
  validateCallTemplate,
} from '../../js/api/index.js';

const vectors = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
before(() => ready());

/** What a function that throws an error of ours for bad input makes of an input. */
function judge(action) {
  try {
    return { ok: true, value: action() };
  } catch (error) {
    assert.ok(error instanceof UtcpWebSocketError, error.stack);
    return { ok: false };
  }
}

/** Runs every case and names all that failed. */
function all(cases, check) {
  const failures = [];
  for (const [index, one] of cases.entries()) {
    try {
      check(one);
    } catch (error) {
      failures.push(`case ${index} ${JSON.stringify(one)}: ${error.message}`);
    }
  }
  assert.deepEqual(failures, []);
}

test('urls', () => {
  const cases = vectors('urls');
  assert.ok(cases.length > 200);
  all(cases, ({ url, websocket, token }) => {
    assert.equal(isSecureWebSocketUrl(url), websocket);
    assert.equal(isSecureTokenUrl(url), token);
  });
});

test('templates', () => {
  const cases = vectors('templates');
  assert.ok(cases.length > 200);
  all(cases, ({ message, args, expect, compare }) => {
    const rendered = renderMessage(message, args);
    if (compare === 'json') assert.deepEqual(JSON.parse(rendered), JSON.parse(expect));
    else assert.equal(rendered, expect);
  });
});

test('call templates', () => {
  all(vectors('call_templates'), ({ input, ok, normalized }) => {
    const judged = judge(() => validateCallTemplate(input));
    assert.equal(judged.ok, ok);
    if (ok && normalized) assert.deepEqual(judged.value, normalized);
  });
});

test('manuals, as objects and as text', () => {
  all(vectors('manuals'), ({ input, ok, tools }) => {
    for (const form of [input, JSON.stringify(input)]) {
      const judged = judge(() => parseManual(form));
      assert.equal(judged.ok, ok);
      if (ok) assert.equal(judged.value.tools.length, tools);
    }
  });
});

test('normalizing what is normalized changes nothing', () => {
  for (const { input, ok } of vectors('call_templates')) {
    if (!ok) continue;
    const normalized = validateCallTemplate(input);
    assert.deepEqual(validateCallTemplate(normalized), normalized);
  }
});

test('renderMessage takes its built-ins from the caller', () => {
  const message = '{{tool_name}} {{request_id}} {{now}} {{uuid}} {{args}}';
  const builtIns = { toolName: 'm.t.x', requestId: 7, now: new Date(0), uuid: 'u' };
  assert.equal(renderMessage(message, { a: 1 }, builtIns), 't.x 7 1970-01-01T00:00:00.000Z u {"a":1}');
  assert.equal(renderMessage('{"id":{{request_id}}}', {}, { requestId: 7 }), '{"id":7}');
  assert.equal(renderMessage('{"id":{{request_id}}}', {}, { requestId: 'x' }), '{"id":"x"}');
  const trace = { p: '{{traceparent}}', s: '{{tracestate}}' };
  assert.equal(renderMessage(trace, {}, { traceparent: '00-a', tracestate: 'b=c' }), '{"p":"00-a","s":"b=c"}');
  assert.equal(renderMessage(trace, {}, { traceparent: '00-a', tracestate: '' }), '{"p":"00-a"}');
  assert.equal(renderMessage(trace, {}), '{}');
  assert.throws(() => renderMessage(trace, {}, { tracestate: 7 }), /builtIns\.tracestate must be a text, not a number/);
});

test('strange texts reach the core whole', () => {
  for (const url of ['wss://h/\ud800', 'wss://h/\0', 'wss://h/\udc00\ud800', 'wss://\ud83d\ude00/']) {
    assert.equal(typeof isSecureWebSocketUrl(url), 'boolean');
  }
  assert.equal(isSecureWebSocketUrl('wss://ok.example/\0ws://evil'), false);
});
