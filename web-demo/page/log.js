// Owns the table of the package's events. Must not know which call they belong to.

import { byId, make } from './dom.js';

const types = ['open', 'close', 'send', 'message', 'unsolicited', 'retry', 'token', 'warning'];
const mostRows = 300;

/**
 * @param {unknown} value
 * @returns {string}
 */
function shown(value) {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

/** @param {import('utcp-websocket').WebSocketCommunicationProtocol} protocol */
export function showEvents(protocol) {
  const rows = byId('events');
  let count = 0;
  const clear = () => {
    count = 0;
    rows.replaceChildren();
    byId('events-count').textContent = '0';
  };
  byId('clear-events').addEventListener('click', clear);
  for (const type of types) {
    /** @param {Record<string, any>} event */
    const add = (event) => {
      const { time, connectionId, requestId, endpoint, ...more } = event;
      const rest = Object.entries(more).filter(
        ([name, value]) => name !== 'isTrusted' && value !== undefined && value !== '',
      );
      const cells = [
        new Date(time).toISOString().slice(11, 23),
        type,
        connectionId ?? '',
        requestId ?? '',
        endpoint,
        rest.map(([name, value]) => `${name}: ${shown(value)}`).join(', '),
      ];
      const row = make(
        'tr',
        {},
        cells.map((cell) => make('td', {}, [shown(cell)])),
      );
      row.dataset.type = type;
      rows.prepend(row);
      while (rows.childElementCount > mostRows) rows.lastElementChild?.remove();
      count++;
      byId('events-count').textContent = String(count);
    };
    protocol.addEventListener(type, add);
  }
}
