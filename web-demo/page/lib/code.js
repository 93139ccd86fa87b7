// Owns the code that does the same as the page: from Node, from a page, with the SDK. It runs as it is, once the secret is there.
// Must not know the secret.
import { placeholder } from './secrets.js';

/**
 * @typedef {object} What
 * @property {any} manual its call template
 * @property {string} tool
 * @property {any} template
 * @property {boolean} edited whether the template is other than the manual's
 * @property {Record<string, unknown>} args
 * @property {boolean} streams
 * @property {string} carrier `browserAuth`; empty: not needed
 */

/** JSON as JavaScript, the placeholder being an expression. @param {unknown} value @param {string} secret */
function literal(value, secret, indent = 0) {
  const text = JSON.stringify(value, null, 2)
    .replace(/"(?:[^"\\]|\\.)*"/g, (string) => {
      if (string === JSON.stringify(placeholder)) return secret;
      if (!string.includes(placeholder)) return string;
      const inside = JSON.parse(string)
        .replace(/[`\\]/g, '\\$&')
        .replace(/\$\{(?!SECRET\})/g, '\\${');
      return `\`${inside.replaceAll(placeholder, () => `\${${secret}}`)}\``;
    })
    .replace(/^(\s*)"([A-Za-z_$][\w$]*)":/gm, '$1$2:');
  return text.replace(/\n/g, `\n${' '.repeat(indent)}`);
}

/** @param {What} what @param {string} secret @param {string} args */
function callLines({ manual, tool, streams }, args, template = 'template') {
  const name = JSON.stringify(`${manual.name}.${tool}`);
  return streams
    ? `for await (const item of protocol.callToolStreaming(null, ${name}, ${args}, ${template})) {\n  console.log(item);\n}`
    : `console.log(await protocol.callTool(null, ${name}, ${args}, ${template}));`;
}

/** @param {What} what @param {string} secret */
function protocolLines({ manual, tool, template, edited }, secret) {
  if (edited) return `const template = ${literal(template, secret)};`;
  return `const { manual, success, errors } = await protocol.registerManual(null, ${literal(manual, secret)});
if (!success) throw new Error(errors.join('\\n'));
const template = manual.tools.find(({ name }) => name === ${JSON.stringify(tool)}).tool_call_template;`;
}

const fromEnvironment = 'process.env.TOOLS_SECRET';

/** @param {What} what */
export function nodeCode(what) {
  const args = literal(what.args, fromEnvironment);
  return `// npm install utcp-websocket ws
import { WebSocketCommunicationProtocol } from 'utcp-websocket';

const protocol = new WebSocketCommunicationProtocol();
${protocolLines(what, fromEnvironment)}
const args = ${args};
${callLines(what, 'args')}
await protocol.close();
`;
}

/** @param {What} what */
export function pageCode(what) {
  const options = what.carrier ? `{ browserAuth: '${what.carrier}' }` : '';
  const lines =
    `${protocolLines(what, 'secret')}\nconst args = ${literal(what.args, 'secret')};\n${callLines(what, 'args')}`
      // Else a text of the arguments could end the script.
      .replace(/<(?=[!/s])/gi, '\\x3c');
  const ask = lines.includes('secret') ? "const secret = prompt('Secret'); // never part of a page\n" : '';
  return `<!doctype html>
<script type="importmap">
  { "imports": { "utcp-websocket": "/node_modules/utcp-websocket/dist/index.js" } }
</script>
<script type="module">
import { WebSocketCommunicationProtocol } from 'utcp-websocket';

${ask}const protocol = new WebSocketCommunicationProtocol(${options});
${lines}
</script>
`;
}

/** @param {What} what */
export function sdkCode({ manual, tool, template, edited, args, streams }) {
  const name = JSON.stringify(`${manual.name}.${tool}`);
  const inputs = { type: 'object' };
  const described = { utcp_version: '1.0.1', manual_version: '1.0.0' };
  const content = { ...described, tools: [{ name: tool, description: '', inputs, tool_call_template: template }] };
  // What was edited is in no manual that could be discovered: the manual stands in the code.
  const source = edited
    ? `{
      name: ${JSON.stringify(manual.name)},
      call_template_type: 'text',
      content: JSON.stringify(${literal(content, fromEnvironment, 6)}),
      allowed_communication_protocols: ['websocket'],
    }`
    : literal(manual, fromEnvironment, 4);
  // GraphQL's variables have to come out of the SDK's substitution as they are.
  const names = new Set(Array.from(JSON.stringify(template).matchAll(/\$([A-Za-z]\w*)/g), ([, one]) => one));
  const namespace = String(manual.name).replaceAll('_', '__');
  const kept = [...names].map((one) => `process.env.${namespace}_${one} = '$${one}';\n`).join('');
  const call = streams
    ? `for await (const item of client.callToolStreaming(${name}, args)) {\n  console.log(item);\n}`
    : `console.log(await client.callTool(${name}, args));`;
  return `// npm install @utcp/sdk utcp-websocket ws${edited ? ' @utcp/text' : ''}
import { UtcpClient } from '@utcp/sdk';
${edited ? "import '@utcp/text';\n" : ''}import 'utcp-websocket/register';

${kept && `// The SDK takes each $name in a template for a variable.\n${kept}\n`}const client = await UtcpClient.create(process.cwd(), {
  manual_call_templates: [
    ${source},
  ],
});
const args = ${literal(args, fromEnvironment)};
${call}
await client.close();
`;
}
