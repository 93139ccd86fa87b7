// Runs the contract in a browser: in a page, in a dedicated worker, in a service worker.
import { setTimeout } from 'node:timers/promises';
import { browsers } from '../support/pages.js';
import { startSite } from '../support/site.js';
import { LIMIT_MS } from './programs.js';

/** Run in the page: each gives the results as JSON. */
const starts = {
  page: async (text) => {
    const { run } = await import('/runners/page.js');
    return JSON.stringify({ agent: navigator.userAgent, results: await run(JSON.parse(text)) });
  },
  worker: (text) =>
    new Promise((resolve, reject) => {
      const worker = new Worker('/bundle/worker.js', { type: 'module' });
      const { port1, port2 } = new MessageChannel();
      worker.onerror = (event) => reject(new Error(event.message));
      port1.onmessage = ({ data }) => resolve(JSON.stringify({ agent: navigator.userAgent, results: data }));
      worker.postMessage(JSON.parse(text), [port2]);
    }),
  'service worker': async (text) => {
    const registration = await navigator.serviceWorker.register('/bundle/worker.js', { type: 'module' });
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(JSON.stringify({ agent: navigator.userAgent, results: data }));
      worker.postMessage(JSON.parse(text), [port2]);
    });
  },
};

async function tooLong() {
  await setTimeout(LIMIT_MS, undefined, { ref: false });
  throw new Error(`not over after ${LIMIT_MS} ms`);
}

/** @param {'Chromium' | 'Firefox'} name @param {keyof typeof starts} where */
export const browser =
  (name, where) =>
  async ({ project, setting }) => {
    /** @type {(() => unknown)[]} */
    const closings = [];
    const site = await startSite({ after: (close) => closings.push(close) }, project);
    const started = await browsers[name]();
    try {
      const page = await started.open(site.url);
      const { agent, results } = JSON.parse(
        await Promise.race([page.run(String(starts[where]), JSON.stringify(setting)), tooLong()]),
      );
      return { version: /(?:Chrome|Firefox)\/(\d+)/.exec(agent)?.[1] ?? '', results };
    } finally {
      await started.close();
      for (const close of closings) await close();
    }
  };
