// Owns how the page starts: what the URL says, the page itself, and its copy for when there is no network.
import { mount } from 'svelte';
import App from './App.svelte';
import { connection } from './lib/connection.svelte.js';
import { setup } from './lib/setup.svelte.js';
import './style/base.css';
import './style/layout.css';
import './style/side.css';
import './style/timeline.css';

setup.read();
mount(App, { target: /** @type {HTMLElement} */ (document.getElementById('app')) });
void connection.load().then(() => connection.resume());
addEventListener('pagehide', () => void connection.disconnect());
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) void connection.resume();
});
if (navigator.serviceWorker && import.meta.env.PROD) {
  addEventListener('load', () => void navigator.serviceWorker.register('./sw.js').catch(() => {}));
}
