// The protocol fits the SDK's interface, and its templates and tools the SDK's. Compiled, never run.
import type {
  CallTemplate,
  IUtcpClient,
  RegisterManualResult as SdkResult,
  Tool as SdkTool,
  UtcpManual,
} from '@utcp/sdk';
import { CommunicationProtocol, type Serializer, type UtcpClient } from '@utcp/sdk';
import { expectTypeOf } from 'expect-type';
import type { Auth, Manual, Tool, WebSocketCallTemplate } from 'utcp-websocket';
import { WebSocketCommunicationProtocol } from 'utcp-websocket';
import 'utcp-websocket/register';
import {
  WebSocketCommunicationProtocol as Registered,
  register,
  WebSocketCallTemplateSerializer,
} from 'utcp-websocket/sdk';

const protocol: CommunicationProtocol = new WebSocketCommunicationProtocol();
CommunicationProtocol.communicationProtocols.websocket = protocol;

expectTypeOf(register).toEqualTypeOf<(override?: boolean) => void>();
expectTypeOf(Registered).toEqualTypeOf(WebSocketCommunicationProtocol);
export const serializer: Serializer<WebSocketCallTemplate & CallTemplate> = new WebSocketCallTemplateSerializer();
expectTypeOf<Manual>().toExtend<UtcpManual>();
expectTypeOf<Tool>().toExtend<SdkTool>();
expectTypeOf<Auth>().toExtend<NonNullable<CallTemplate['auth']>>();

export async function use(client: IUtcpClient, template: CallTemplate, tool: SdkTool) {
  const own = new WebSocketCommunicationProtocol();
  expectTypeOf(await own.callTool(client, tool.name, {}, tool.tool_call_template)).toBeAny();
  expectTypeOf(await own.callTool<number>(client, tool.name, {}, template)).toEqualTypeOf<number>();
  const result: SdkResult = await own.registerManual(client, template);
  await own.deregisterManual(client, template);
  return result;
}

const manual = {
  name: 'demo',
  call_template_type: 'websocket',
  url: 'wss://tools.example/',
} satisfies WebSocketCallTemplate;
expectTypeOf(manual).toExtend<CallTemplate>();
export const registered = (client: UtcpClient) => client.registerManual(manual);
