// The contract on loading: the wasm module, and the plugin for the SDK.
import { collect, equal, fails, ok, same } from './assert.js';

const wasm = [
  {
    name: 'ready() loads the wasm module without being told where it is',
    needs: 'wasm',
    async run({ library }) {
      await library.ready();
      equal(library.isSecureWebSocketUrl('ws://localhost.evil.example'), false);
    },
    async without({ library, wasm }) {
      const error = await fails(library.ready(), { name: 'UtcpWebSocketError', code: 'module_failed' });
      ok(error.message.includes('ready()'), error.message);
      await library.ready(wasm);
      equal(library.isSecureWebSocketUrl('ws://localhost.evil.example'), false);
    },
  },
  {
    name: 'pure functions check templates and render messages',
    async run({ library }) {
      await fails((async () => library.validateCallTemplate({ url: 7 }))(), {
        name: 'CallTemplateError',
        code: 'invalid_call_template',
      });
      equal(library.renderMessage({ q: 'UTCP_ARG_city_UTCP_ARG' }, { city: 'Ünna "漢"' }), '{"q":"Ünna \\"漢\\""}');
    },
  },
];

const sdk = [
  {
    name: 'UtcpClient discovers, finds, calls, streams and closes',
    async run(bench) {
      const { UtcpClient } = await bench.sdk();
      const manual = bench.at('manual');
      const template = { name: 'contract', call_template_type: 'websocket', url: manual.url };
      const client = await UtcpClient.create('/', { manual_call_templates: [template] });
      equal((await client.searchTools('says it back'))[0].name, 'contract.echo', 'the first tool found');
      same(await client.callTool('contract.echo', { text: 'hé' }), { text: 'hé' });
      same(await collect(client.callToolStreaming('contract.count', { to: 3 })), [1, 2, 3]);
      await client.close();
      const { opened } = await manual.seen();
      equal((await manual.seen({ closings: opened })).closings.length, opened);
    },
  },
];

export const loading = { wasm, sdk };
