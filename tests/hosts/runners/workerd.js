// Runs the contract in workerd, which has its wasm as a module of its own.
import * as sdk from '@utcp/sdk';
import * as library from 'utcp-websocket';
import wasm from 'utcp-websocket/core.wasm';
import { register } from 'utcp-websocket/sdk';
import { runContract } from '../contract/contract.js';

async function registered() {
  await register();
  return sdk;
}

export default {
  async fetch(request) {
    return Response.json(await runContract({ library, sdk: registered, wasm, ...(await request.json()) }));
  },
};
