// MCP with the server of `@modelcontextprotocol/sdk`. The SDK ships the WebSocket transport for clients only, so the server's side of it is
// here, on the SDK's public `Transport` interface. tests/js/endpoints/mcp.test.js holds it against the SDK's own client.
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ErrorCode, ListToolsRequestSchema, McpError } from '@modelcontextprotocol/sdk/types.js';
import { startServer } from './server.js';

class WebSocketServerTransport {
  constructor(socket) {
    this.socket = socket;
  }
  async start() {
    this.socket.on('message', (data) => this.onmessage?.(JSON.parse(String(data))));
    this.socket.on('close', () => this.onclose?.());
  }
  async send(message) {
    this.socket.send(JSON.stringify(message));
  }
  async close() {
    this.socket.close();
  }
}

/** What a tool gives back. */
export const text = (value) => ({ content: [{ type: 'text', text: String(value) }] });

/** `tools` by name: `(arguments, extra, mcp) → result`; what they are listed with by `described`. No tools: a server without. `seen`: who called, and how many clients said `initialized`. */
export async function startMcp(t, tools, described = {}) {
  const seen = { clients: [], initialized: 0 };
  const server = await startServer(t, () => {}, {
    verify: ({ headers }) => (headers['sec-websocket-protocol'] === 'mcp' ? undefined : 400),
    onConnection(socket) {
      const mcp = new Server(
        { name: 'lab', version: '1.0.0' },
        { capabilities: { logging: {}, ...(tools && { tools: {} }) } },
      );
      mcp.oninitialized = () => {
        seen.initialized += 1;
      };
      mcp.connect(new WebSocketServerTransport(socket));
      if (!tools) return;
      mcp.setRequestHandler(ListToolsRequestSchema, () => ({
        tools: Object.keys(tools).map((name) => ({ name, inputSchema: { type: 'object' }, ...described[name] })),
      }));
      mcp.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => {
        seen.clients.push(mcp.getClientVersion());
        const tool = tools[params.name];
        if (!tool) throw new McpError(ErrorCode.InvalidParams, `no tool ${params.name}`);
        return tool(params.arguments, extra, mcp);
      });
    },
  });
  return Object.assign(server, { seen });
}
