// A server that speaks obs-websocket 5 as it is described (obs-websocket's docs/generated/protocol.md), in JSON, with a password.
// `tests/package/clients.test.js` holds it against `obs-websocket-js`.
import { createHash } from 'node:crypto';
import { startServer } from './server.js';

export const OBS_PASSWORD = 'st4ge';

const digest = (...texts) => createHash('sha256').update(texts.join('')).digest('base64');
/** What a request that OBS does not know is refused with. */
const UNKNOWN = { result: false, code: 204, comment: 'The request type is not valid.' };

/**
 * `requests` by type: `(data) → response or nothing`. Who answers the challenge wrongly is closed with 4009, as by OBS.
 * `fire(type, intent, data)` tells who has subscribed to events of that intent.
 */
export async function startObs(t, requests = {}) {
  /** By connection: what it has to prove, and which events it wants once it has. */
  const sessions = new WeakMap();
  const send = (socket, op, d) => socket.send(JSON.stringify({ op, d }));
  const identify = (socket, session, { rpcVersion, authentication, eventSubscriptions }) => {
    const { salt, challenge } = session.authentication;
    if (authentication !== digest(digest(OBS_PASSWORD, salt), challenge)) {
      socket.close(4009, 'Authentication failed.');
      return;
    }
    session.events = eventSubscriptions ?? ALL_EVENTS;
    send(socket, 2, { negotiatedRpcVersion: rpcVersion });
  };
  const answer = (socket, { requestType, requestId, requestData }) => {
    const request = Object.hasOwn(requests, requestType) ? requests[requestType] : undefined;
    const requestStatus = request ? { result: true, code: 100 } : UNKNOWN;
    send(socket, 7, { requestType, requestId, requestStatus, responseData: request?.(requestData) });
  };

  const server = await startServer(
    t,
    (socket, text) => {
      const { op, d } = JSON.parse(text);
      const session = sessions.get(socket);
      if (op === 1) identify(socket, session, d);
      else if (session.events === undefined) socket.close(4007, 'You attempted to send a non-Identify message.');
      else if (op === 6) answer(socket, d);
      else socket.close(4006, `Unknown OpCode: ${op}`);
    },
    {
      onConnection(socket) {
        const authentication = { salt: digest('salt'), challenge: digest(String(server.opened)) };
        sessions.set(socket, { authentication, events: undefined });
        send(socket, 0, { obsWebSocketVersion: '5.5.2', rpcVersion: 1, authentication });
      },
    },
  );
  const listening = () => [...server.clients].filter((socket) => sessions.get(socket).events > 0);
  const fire = (eventType, eventIntent, eventData) => {
    for (const socket of listening()) {
      if (sessions.get(socket).events & eventIntent) send(socket, 5, { eventType, eventIntent, eventData });
    }
  };
  return Object.assign(server, { fire, listening: () => listening().length });
}

/** All but those that come very often. */
const ALL_EVENTS = 2047;
