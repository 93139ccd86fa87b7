// Runs the contract as a program of Node, Deno or Bun, with the package as it is installed. Prints a line for each result.
import * as library from 'utcp-websocket';
import { runContract } from '../contract/contract.js';

async function sdk() {
  await import('utcp-websocket/register');
  return import('@utcp/sdk');
}

await runContract({ library, sdk, ...JSON.parse(process.argv[2]) }, (result) => console.log(JSON.stringify(result)));
