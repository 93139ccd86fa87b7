// The option `headers` is checked before the core is there: by the same rules as a call template's `headers`, which are the core's.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ready, validateCallTemplate, WebSocketCommunicationProtocol } from '../../js/api/index.js';

before(() => ready());

/** @param {() => unknown} action */
function works(action) {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** Whether the two agree, and what they say. */
function verdict(name, value) {
  const headers = { [name]: value };
  const asOption = works(() => new WebSocketCommunicationProtocol({ headers }));
  const inTemplate = works(() => validateCallTemplate({ url: 'wss://tools.example/', headers }));
  const shown = JSON.stringify(headers);
  assert.equal(asOption, inTemplate, `as option ${asOption}, in a template ${inTemplate}: ${shown}`);
  return asOption;
}

/** Beyond it, nothing is taken; a lone surrogate has no UTF-8. */
const units = [...Array(0x180).keys(), 0x200b, 0x20ac, 0xd800, 0xdfff, 0xfeff, 0xffff];

test('values: each code unit at the beginning, in the middle, at the end and alone', () => {
  const taken = { beginning: 0, middle: 0, end: 0, alone: 0 };
  for (const unit of units) {
    const char = String.fromCharCode(unit);
    if (verdict('A', `${char}bc`)) taken.beginning += 1;
    if (verdict('A', `a${char}c`)) taken.middle += 1;
    if (verdict('A', `ab${char}`)) taken.end += 1;
    if (verdict('A', char)) taken.alone += 1;
  }
  // 0x21 to 0x7e, 0x80 to 0xff; in the middle blanks and tabs, too.
  assert.deepEqual(taken, { beginning: 222, middle: 224, end: 222, alone: 222 });
});

test('values: none, blanks alone, several lines', () => {
  for (const value of ['', 'a', 'a  \t b']) assert.equal(verdict('A', value), true);
  for (const value of [' ', '\t', '  a', 'a  ', 'a\n', '\r\nB: b', 'a\r\nB: b', 'a\0', 7, null, ['a']]) {
    assert.equal(verdict('A', value), false);
  }
});

test('names: each code unit at the beginning, in the middle, at the end and alone', () => {
  let taken = 0;
  for (const unit of units) {
    const char = String.fromCharCode(unit);
    for (const name of [`${char}bc`, `a${char}c`, `ab${char}`, char]) if (verdict(name, 'a')) taken += 1;
  }
  assert.equal(taken, 4 * 77, 'of 77 characters: letters, digits, 15 symbols');
  assert.equal(verdict('', 'a'), false);
});

test("names: the handshake's and the connection's own, in any case, and those that only look like them", () => {
  const own = [
    ...[
      'connection',
      'upgrade',
      'content-length',
      'transfer-encoding',
      'host',
      'keep-alive',
      'te',
      'trailer',
      'expect',
    ],
    ...['proxy-connection', 'sec-websocket-key', 'sec-websocket-protocol', 'sec-websocket-', 'sec-websocket-x'],
  ];
  for (const name of own) {
    for (const spelled of [name, name.toUpperCase(), name[0].toUpperCase() + name.slice(1)]) {
      assert.equal(verdict(spelled, 'a'), false, spelled);
    }
    for (const other of [`x-${name}`, `x${name}`]) assert.equal(verdict(other, 'a'), true, other);
    if (!name.startsWith('sec-')) {
      for (const other of [`${name}x`, `${name}-x`, name.slice(0, -1)]) assert.equal(verdict(other, 'a'), true, other);
    }
  }
  // What lower-cases to ASCII beyond it (the Kelvin sign) is no token.
  for (const other of ['sec-websocket', 'sec-websocke', 'origin', 'cookie', 'authorization', 'user-agent']) {
    assert.equal(verdict(other, 'a'), true, other);
  }
  assert.equal(verdict('\u212aeep-alive', 'a'), false);
});
