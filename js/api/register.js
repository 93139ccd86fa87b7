// Owns `import 'utcp-websocket/register'`: importing it registers the plugin with `@utcp/sdk`.
import { plugIn, ready } from './plugin.js';

await ready();
plugIn();
