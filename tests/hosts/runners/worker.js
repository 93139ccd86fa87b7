// Runs the contract in a dedicated worker or a service worker: bundled, since import maps are for pages only.
import * as sdk from '@utcp/sdk';
import * as library from 'utcp-websocket';
import { register } from 'utcp-websocket/sdk';
import { runContract } from '../contract/contract.js';

async function registered() {
  await register();
  return sdk;
}

addEventListener('message', (event) => {
  const run = runContract({ library, sdk: registered, ...event.data }).then((results) =>
    event.ports[0].postMessage(results),
  );
  event.waitUntil?.(run); // a service worker may be stopped when it has nothing to do
});
