// Owns a protocol of plain text lines, as devices speak it: `LIST`, `GET <sensor>`; answers begin with OK or ERR.

import { sensors } from '../tools/metrics.js';
import { onTextFrame } from './frames.js';

/**
 * @param {string} line
 * @param {import('./frames.js').Context} context
 * @returns {string}
 */
function answer(line, { sampler }) {
  const [command = '', name = '', ...rest] = line.trim().split(/\s+/);
  if (command === 'LIST' && name === '') return `OK ${[...sensors.keys()].join(' ')}`;
  if (command !== 'GET' || name === '' || rest.length > 0) return 'ERR usage: LIST | GET <sensor>';
  const read = sensors.get(name);
  if (read === undefined) return `ERR no sensor ${JSON.stringify(name.slice(0, 40))}; LIST names them`;
  const [value, unit] = read(sampler);
  return `OK ${name} ${value} ${unit}`;
}

/** @type {import('./frames.js').Format} */
export function device(socket, context) {
  onTextFrame(socket, (line) => {
    if (socket.readyState === socket.OPEN) socket.send(answer(line, context));
  });
}
