// Hosts that can do less than the one the tests run on.
import { WebSocket } from 'ws';

/** @param {'ping' | 'pause'} name a method that a browser's WebSocket does not have */
export function withoutMethod(name) {
  const Less = class extends WebSocket {};
  Less.prototype[name] = undefined;
  return Less;
}
