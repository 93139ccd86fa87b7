// Runs the contract in a page without a bundler: an import map says where the package and the SDK are.
import * as library from 'utcp-websocket';
import { runContract } from '../contract/contract.js';

async function sdk() {
  await import('utcp-websocket/register');
  return import('@utcp/sdk');
}

/** @param {object} setting */
export const run = (setting) => runContract({ library, sdk, ...setting });
