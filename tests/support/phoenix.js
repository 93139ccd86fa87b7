// A server that speaks the wire format of Phoenix channels, version 2.0.0: JSON arrays `[join_ref, ref, topic, event, payload]`.
// tests/js/endpoints/phoenix.test.js holds it against Phoenix's own JavaScript client.
import { startServer } from './server.js';

/**
 * `channels` by topic: `{ join(payload) → error or nothing, handle(event, payload, push) → reply }`. A reply is
 * `['ok' | 'error', response]`, or nothing; `push(event, payload)` sends an event; who throws crashes the channel. The server
 * counts its `heartbeats`.
 */
export async function startPhoenix(t, channels) {
  const server = await startServer(t, () => {}, {
    path: '/socket/websocket',
    onConnection(socket) {
      const joined = new Map();
      const send = (...frame) => socket.send(JSON.stringify(frame));
      const reply = (joinRef, ref, topic, [status, response = {}]) =>
        send(joinRef, ref, topic, 'phx_reply', { status, response });

      const join = (joinRef, ref, topic, payload) => {
        const channel = channels[topic];
        const refused = channel ? channel.join?.(payload) : { reason: 'unmatched topic' };
        if (!refused) joined.set(topic, joinRef);
        reply(joinRef, ref, topic, refused ? ['error', refused] : ['ok']);
      };
      const handle = async (joinRef, ref, topic, event, payload) => {
        const push = (name, what) => send(joinRef, null, topic, name, what);
        try {
          const answer = await channels[topic].handle(event, payload, push);
          if (answer) reply(joinRef, ref, topic, answer);
        } catch {
          joined.delete(topic);
          send(joinRef, joinRef, topic, 'phx_error', {});
        }
      };

      socket.on('message', (data) => {
        const [joinRef, ref, topic, event, payload] = JSON.parse(String(data));
        if (topic === 'phoenix' && event === 'heartbeat') {
          server.heartbeats += 1;
          reply(null, ref, topic, ['ok']);
        } else if (event === 'phx_join') join(joinRef, ref, topic, payload);
        else if (joined.get(topic) !== joinRef) reply(joinRef, ref, topic, ['error', { reason: 'unmatched topic' }]);
        else if (event === 'phx_leave') {
          joined.delete(topic);
          reply(joinRef, ref, topic, ['ok']);
          send(joinRef, joinRef, topic, 'phx_close', {});
        } else handle(joinRef, ref, topic, event, payload);
      });
    },
  });
  return Object.assign(server, { heartbeats: 0 });
}
