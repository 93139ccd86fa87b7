// A server that speaks Home Assistant's WebSocket API as it is described (developers.home-assistant.io, "WebSocket API").
// `tests/package/clients.test.js` holds it against `home-assistant-js-websocket`.
import { startServer } from './server.js';

export const HOME_TOKEN = 'long-lived';

/**
 * `commands` by type: `(command) → result`, which may be a promise; an error of theirs is the answer.
 * `fire(type, data)` tells who has subscribed to events of that type.
 */
export async function startHome(t, commands = {}) {
  /** By connection that has logged in: its last id, and its subscriptions, event types by id. */
  const sessions = new WeakMap();
  const sendTo = (socket) => (message) => socket.send(JSON.stringify(message));
  const logIn = (socket, { type, access_token }) => {
    const send = sendTo(socket);
    if (type === 'auth' && access_token === HOME_TOKEN) {
      sessions.set(socket, { lastId: 0, subscriptions: new Map() });
      send({ type: 'auth_ok', ha_version: '2026.11.0' });
      return;
    }
    send({ type: 'auth_invalid', message: 'Invalid access token or password' });
    socket.close();
  };

  const known = {
    ...commands,
    supported_features: () => null,
    subscribe_events({ id, event_type }, { subscriptions }) {
      subscriptions.set(id, event_type);
      return null;
    },
    unsubscribe_events({ subscription }, { subscriptions }) {
      if (!subscriptions.delete(subscription)) throw { code: 'not_found', message: 'Subscription not found.' };
      return null;
    },
  };
  const obey = async (session, command) => {
    const { id, type } = command;
    const refuse = (code, message) => ({ id, type: 'result', success: false, error: { code, message } });
    if (!(id > session.lastId)) return refuse('id_reuse', 'Identifier values have to increase.');
    session.lastId = id;
    if (type === 'ping') return { id, type: 'pong' };
    if (!Object.hasOwn(known, type)) return refuse('unknown_command', 'Unknown command.');
    try {
      return { id, type: 'result', success: true, result: await known[type](command, session) };
    } catch (error) {
      return { id, type: 'result', success: false, error };
    }
  };

  const server = await startServer(
    t,
    async (socket, text) => {
      const message = JSON.parse(text);
      const session = sessions.get(socket);
      if (!session) return logIn(socket, message);
      sendTo(socket)(await obey(session, message));
      server.emit('change');
    },
    {
      path: '/api/websocket',
      onConnection(socket) {
        sendTo(socket)({ type: 'auth_required', ha_version: '2026.11.0' });
      },
    },
  );
  const subscriptions = () =>
    [...server.clients].flatMap((socket) =>
      [...(sessions.get(socket)?.subscriptions ?? [])].map(([id, type]) => ({ socket, id, type })),
    );
  const fire = (event_type, data) => {
    const event = { event_type, data, origin: 'LOCAL', time_fired: '2026-11-01T12:00:00.000000+00:00' };
    for (const { socket, id, type } of subscriptions()) {
      if (type === event_type) sendTo(socket)({ id, type: 'event', event });
    }
  };
  return Object.assign(server, { fire, subscribed: () => subscriptions().map(({ type }) => type) });
}
