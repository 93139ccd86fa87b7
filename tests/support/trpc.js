// tRPC with its own server, `@trpc/server` on `ws`.
import { initTRPC } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { startServer } from './server.js';

export const { router, procedure } = initTRPC.context().create();

/** What a procedure is given is taken as it comes: validators are not tRPC's own. */
export const anything = procedure.input((value) => value);

/** `procedures`: a router's record; the rest is what the adapter takes. */
export async function startTrpc(t, procedures, options = {}) {
  const server = await startServer(t, () => {}, { path: '/trpc' });
  applyWSSHandler({ wss: server.wss, router: router(procedures), ...options });
  return server;
}
