// Runs inside the temporary project: loading the package does nothing that outlives or is seen outside the module.
import assert from 'node:assert/strict';

const before = Reflect.ownKeys(globalThis);
const exported = await import('utcp-websocket');
assert.deepEqual(Reflect.ownKeys(globalThis), before);
console.log(JSON.stringify(Object.keys(exported)));
