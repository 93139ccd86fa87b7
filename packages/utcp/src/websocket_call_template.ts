// packages/websocket/src/websocket_call_template.ts
import type { CallTemplate } from '@utcp/sdk';
import type { WebSocketCallTemplate as PluginCallTemplate } from 'utcp-websocket';
import { z } from 'zod';

type Fields = CallTemplate & PluginCallTemplate;

/** How to call a tool, or discover a manual, over WebSocket. */
export interface WebSocketCallTemplate extends Fields {
  call_template_type: 'websocket';
}

/**
 * What makes a call template one for this plugin; its other fields pass through. They are checked by `utcp-websocket`, with variables
 * filled in and before anything is opened, so that there is one set of rules. Its errors name the field.
 */
export const WebSocketCallTemplateSchema: z.ZodType<WebSocketCallTemplate> = z
  .object({ call_template_type: z.literal('websocket'), url: z.string() })
  .passthrough();
