// Runs the contract in workerd, which has its wasm as a module of its own.
import * as sdk from '@utcp/sdk';
import * as library from 'utcp-websocket';
import wasm from 'utcp-websocket/core.wasm';
import 'utcp-websocket/register';
import { runContract } from '../contract/contract.js';

export default {
  async fetch(request) {
    return Response.json(await runContract({ library, sdk: async () => sdk, wasm, ...(await request.json()) }));
  },
};
