// Owns `import 'utcp-websocket/register'`: importing it registers the plugin with `@utcp/sdk`.
import { register } from './sdk.js';

register();
