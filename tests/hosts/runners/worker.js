// Runs the contract in a dedicated worker or a service worker: bundled, since import maps are for pages only.
import * as sdk from '@utcp/sdk';
import * as library from 'utcp-websocket';
import 'utcp-websocket/register';
import { runContract } from '../contract/contract.js';

addEventListener('message', (event) => {
  const run = runContract({ library, sdk: async () => sdk, ...event.data }).then((results) =>
    event.ports[0].postMessage(results),
  );
  event.waitUntil?.(run); // a service worker may be stopped when it has nothing to do
});
