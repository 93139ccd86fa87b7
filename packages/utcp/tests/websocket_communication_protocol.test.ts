// packages/websocket/tests/websocket_communication_protocol.test.ts
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { CallTemplateSerializer, CommunicationProtocol, UtcpClient } from '@utcp/sdk';
import {
  register,
  type WebSocketCallTemplate,
  WebSocketCallTemplateSchema,
  WebSocketCallTemplateSerializer,
  WebSocketCommunicationProtocol,
} from '../src/index';

const add = { name: 'add', description: 'Adds two numbers', inputs: {}, outputs: {}, tags: [] };
let server: ReturnType<typeof Bun.serve>;
let template: WebSocketCallTemplate;

beforeAll(() => {
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request, self) => (self.upgrade(request) ? undefined : new Response(null, { status: 400 })),
    websocket: {
      message(socket, text) {
        const { type, a, b } = JSON.parse(String(text));
        const tools = [{ ...add, tool_call_template: { ...template, response_format: 'json' } }];
        socket.send(
          JSON.stringify(type === 'utcp' ? { utcp_version: '1.0.1', manual_version: '1.0.0', tools } : a + b),
        );
      },
    },
  });
  template = { name: 'sums', call_template_type: 'websocket', url: `ws://127.0.0.1:${server.port}/` };
});
afterAll(() => server.stop(true));

describe('the plugin', () => {
  test('is registered by the import, discovers and calls', async () => {
    const client = await UtcpClient.create(process.cwd(), { manual_call_templates: [template] });
    expect((await client.getTools()).map(({ name }) => name)).toEqual(['sums.add']);
    expect(await client.callTool('sums.add', { a: 1, b: 2 })).toBe(3);
    await client.close();
  });

  test('gives way to one that is registered, except with register(true)', () => {
    const { communicationProtocols: registered } = CommunicationProtocol;
    const before = registered.websocket;
    expect(before).toBeInstanceOf(WebSocketCommunicationProtocol);
    register();
    expect(registered.websocket).toBe(before);
    register(true);
    expect(registered.websocket).not.toBe(before);
  });
});

describe('a call template', () => {
  test('is judged alike by schema, serializer and SDK; fields that only the plugin knows pass through', () => {
    const serializer = new WebSocketCallTemplateSerializer();
    const full = { ...template, response_format: 'json' as const, connect_message: { login: 1 } };
    expect(WebSocketCallTemplateSchema.parse(full)).toEqual(full);
    expect(serializer.toDict(serializer.validateDict(full))).toEqual(full);
    expect(new CallTemplateSerializer().validateDict(full)).toEqual(full);
    for (const [field, value] of [
      ['url', 7],
      ['url', undefined],
      ['call_template_type', 'http'],
      ['call_template_type', undefined],
    ] as const) {
      const wrong = { ...full, [field]: value };
      expect(WebSocketCallTemplateSchema.safeParse(wrong).error?.issues.map(({ path }) => path)).toEqual([[field]]);
      expect(() => serializer.validateDict(wrong)).toThrow(expect.objectContaining({ field }));
    }
  });

  test('whose field is wrong fails before anything is opened, and the error names the field', async () => {
    const protocol = new WebSocketCommunicationProtocol();
    const wrong = { ...template, response_format: 'xml' };
    const { success, errors } = await protocol.registerManual(null, wrong);
    expect([success, errors.join()]).toEqual([false, expect.stringContaining('response_format')]);
    await expect(protocol.callTool(null, 'sums.add', {}, wrong)).rejects.toThrow('response_format');
    await protocol.close();
  });
});
