// A Nostr relay, `@nostr-relay/core`, that keeps events in memory, and events signed by `nostr-tools`.
import { EventRepository, EventUtils, LogLevel } from '@nostr-relay/common';
import { NostrRelay } from '@nostr-relay/core';
import { finalizeEvent, generateSecretKey } from 'nostr-tools/pure';
import { startServer } from './server.js';

class Memory extends EventRepository {
  events = [];
  isSearchSupported() {
    return false;
  }
  upsert(event) {
    this.events.push(event);
    return { isDuplicate: false };
  }
  find(filter) {
    return this.events.filter((event) => EventUtils.isMatchingFilter(event, filter));
  }
  async destroy() {}
}

/** `options`: what the relay takes. */
export async function startRelay(t, options) {
  const relay = new NostrRelay(new Memory(), {
    ...{ logLevel: LogLevel.ERROR, filterResultCacheTtl: 0, eventHandlingResultCacheTtl: 0 },
    ...options,
  });
  const handle = async (socket, text) => {
    await relay.handleMessage(socket, JSON.parse(text));
    server.emit('change');
  };
  const server = await startServer(t, handle, {
    onConnection(socket) {
      relay.handleConnection(socket);
      socket.on('close', () => relay.handleDisconnect(socket));
    },
  });
  /** The names under which it has subscriptions. */
  const subscriptions = () =>
    [...relay.clientContexts.values()].flatMap(({ subscriptions }) => [...subscriptions.keys()]);
  return Object.assign(server, { relay, subscriptions });
}

const key = generateSecretKey();
/** A signed event. */
export const note = (content, kind = 1) => finalizeEvent({ kind, created_at: 1_700_000_000, tags: [], content }, key);
