// The error classes: hierarchy, facts, and the core's table behind them.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ERRORS as table } from '../../dist/constants.js';
import * as library from '../../js/api/index.js';
import { createError } from '../../js/base/errors.js';
import { shownCause } from '../../js/host/failure.js';
import { errorClasses } from '../support/errors.js';
import { failure, newProtocol, startServer } from '../support/server.js';

const { UtcpWebSocketError } = library;
before(() => library.ready());

test("every row of the core's table names an exported class, a fault and a code of its own", () => {
  const codes = table.map(([code]) => code);
  assert.equal(new Set(codes).size, codes.length);
  for (const [code, className, fault] of table) {
    assert.match(code, /^[a-z_]+$/);
    assert.ok(
      library[className]?.prototype instanceof UtcpWebSocketError || className === 'UtcpWebSocketError',
      className,
    );
    assert.ok(['caller', 'peer', 'network', 'host', 'library'].includes(fault), fault);
    const error = createError({ code, message: 'm' }, { cause: 1 });
    assert.ok(error instanceof library[className] && error instanceof UtcpWebSocketError && error instanceof Error);
    assert.equal(error.name, className);
    assert.equal(error.code, code);
    assert.equal(error.fault, fault);
    assert.equal(error.cause, 1);
  }
});

test('the types know the same codes, and the same classes for them', () => {
  assert.deepEqual(Object.fromEntries(table), errorClasses);
});

test('isUtcpWebSocketError takes errors of this library, and nothing else', () => {
  for (const [code] of table) assert.equal(library.isUtcpWebSocketError(createError({ code, message: 'm' })), true);
  for (const other of [new Error('m'), { code: 'tool_failed' }, undefined, null, 'tool_failed']) {
    assert.equal(library.isUtcpWebSocketError(other), false);
  }
});

test('every error class is used by some row', () => {
  const classes = Object.keys(library).filter((name) => /^[A-Z]\w*Error$/.test(name));
  const used = new Set(table.map(([, className]) => className));
  assert.deepEqual(
    classes.filter((name) => !used.has(name)),
    [],
  );
});

test('facts of each class', () => {
  const timeout = createError({ code: 'connection_timeout', message: 'm' });
  assert.equal(timeout.timeout, 'connection');
  assert.equal(createError({ code: 'response_timeout', message: 'm' }).timeout, 'response');
  const closed = createError({ code: 'connection_closed', message: 'm', closeCode: 4000, reason: 'r', wasClean: true });
  assert.deepEqual([closed.closeCode, closed.reason, closed.wasClean], [4000, 'r', true]);
  assert.equal(createError({ code: 'handshake_refused', message: 'm', httpStatus: 404 }).httpStatus, 404);
  assert.equal(createError({ code: 'connection_failed', message: 'm' }).httpStatus, undefined);
  assert.ok(!('cause' in createError({ code: 'connection_failed', message: 'm' })));
  assert.ok(createError({ code: 'auth_failed', message: 'm' }) instanceof library.WebSocketConnectionError);
});

test('a wrong call template names the field', async (t) => {
  const server = await startServer(t);
  const protocol = newProtocol(t);
  for (const [fields, field] of [
    [{ timeout: -1 }, 'timeout'],
    [{ timeout: 'soon' }, 'timeout'],
    [{ headers: { 'X-A': 'a\nb' } }, /^headers/],
    [{ response_format: 'xml' }, 'response_format'],
    [{ auth: { auth_type: 'api_key', api_key: 'planted-secret', location: 'body' } }, 'auth.location'],
    [{ expected_responses: -2 }, 'expected_responses'],
    [{ protocol: 'a b' }, 'protocol'],
    [{ url: undefined }, 'url'],
  ]) {
    const error = await failure(protocol.callTool(null, 'm.t', {}, server.template(fields)));
    assert.ok(error instanceof library.CallTemplateError, String(error));
    assert.equal(error.code, 'invalid_call_template');
    if (typeof field === 'string') assert.equal(error.field, field);
    else assert.match(error.field, field);
    assert.ok(!error.message.includes('planted-secret'));
  }
  assert.equal(server.opened, 0);
});

test('an insecure URL is a WebSocketSecurityError', async (t) => {
  const call = newProtocol(t).callTool(
    null,
    'm.t',
    {},
    { call_template_type: 'websocket', url: 'ws://localhost.evil.com/' },
  );
  const error = await failure(call);
  assert.ok(error instanceof library.WebSocketSecurityError);
  assert.equal(error.code, 'url_refused');
  assert.equal(error.fault, 'caller');
});

test('a call template that is none', async (t) => {
  const protocol = newProtocol(t);
  for (const template of [null, undefined, 'ws://localhost/', 7, [], () => {}]) {
    const error = await failure(protocol.callTool(null, 'm.t', {}, template));
    assert.ok(error instanceof library.CallTemplateError || error instanceof TypeError, String(error));
  }
});

test('parseManual throws a ManualError, validateCallTemplate a CallTemplateError', () => {
  assert.throws(() => library.parseManual('{"tools":{}}'), library.ManualError);
  assert.throws(() => library.parseManual('not JSON'), UtcpWebSocketError);
  assert.throws(() => library.validateCallTemplate({}), library.CallTemplateError);
});

test('what a host throws is a cause where it is an error, five deep at most, and masked', () => {
  for (const thrown of ['text', null, undefined, 7]) assert.equal(shownCause(thrown, String), undefined);
  let error = new Error('hush 0');
  for (let n = 1; n < 20; n += 1) error = new Error(`hush ${n}`, { cause: error });
  let depth = 0;
  for (let shown = shownCause(error, (text) => text.replace('hush', '***')); shown; shown = shown.cause) {
    assert.match(shown.message, /^\*\*\* \d+$/);
    depth += 1;
  }
  assert.equal(depth, 5);
});
