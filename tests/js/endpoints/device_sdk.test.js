// The recipe of a text device in the SDK: its manual in a call template of type text.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { UtcpClient } from '@utcp/sdk';
import '@utcp/text';
import '../../../js/api/register.js';
import { at, recipes } from '../../support/endpoints.js';
import { startServer } from '../../support/server.js';

for (const method of ['log', 'warn', 'error']) mock.method(console, method, () => {});

test('the manual of the recipe, in a template of type text, brings the device to the SDK', async (t) => {
  const server = await startServer(t, (socket, text) => socket.send(text === 'GET pressure' ? '1013' : `ERR ${text}`));
  const manual = structuredClone(recipes.get('device'));
  manual.tools[0].tool_call_template = at(server, manual.tools[0].tool_call_template);
  const text = {
    name: 'lab',
    call_template_type: 'text',
    content: JSON.stringify(manual),
    allowed_communication_protocols: ['websocket'],
  };
  const client = await UtcpClient.create(process.cwd(), { manual_call_templates: [text] });
  t.after(() => client.close());
  assert.equal(await client.callTool('lab.read_sensor', { sensor: 'pressure' }), '1013');
});
