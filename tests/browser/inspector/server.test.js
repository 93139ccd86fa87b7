// Checks the demo's page server over HTTP, and what `npm start` runs as a process of its own.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startProvider } from '../../../web-demo/server/provider.js';
import { startPageServer } from '../../../web-demo/server/static.js';
import { connectTo } from '../../support/frames.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** @type {Awaited<ReturnType<typeof startProvider>>} */
let provider;
before(async () => {
  provider = await startProvider();
});
after(() => provider.close());

describe('the page server', () => {
  /** @type {Awaited<ReturnType<typeof startPageServer>>} */
  let pages;
  before(async () => {
    pages = await startPageServer({ port: 0, providerUrl: provider.url });
  });
  after(() => pages.close());

  /**
   * Asks with a path that no client has tidied up.
   * @param {string} path
   * @param {string} [method]
   * @returns {Promise<{ status: number | undefined, headers: http.IncomingHttpHeaders, body: string }>}
   */
  const get = (path, method = 'GET') =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(pages.url);
      const request = http.request({ hostname, port, path, method, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part) => (body += part));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
      });
      request.on('error', reject);
      request.end();
    });

  test('serves the page with its policy, also as a header, and says where the provider is', async () => {
    const { status, headers, body } = await get('/');
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(headers['cache-control'], 'no-cache');
    const inline = /<script>([\s\S]*?)<\/script>/.exec(body)?.[1] ?? '';
    const hash = createHash('sha256').update(inline).digest('base64');
    const policy = String(headers['content-security-policy']);
    assert.ok(policy.includes(`script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`), policy);
    assert.ok(!/'unsafe-(inline|eval)'/.test(policy), policy);
    assert.ok(body.includes(`content="${policy.replace("; frame-ancestors 'none'", '')}"`), body);
    assert.ok(body.includes(`<meta name="utcp-provider" content="${provider.url}">`), body);
  });

  test('serves the files of the build with their types, nothing else', async () => {
    const { body } = await get('/');
    const asset = (/** @type {RegExp} */ name) => `/assets/${name.exec(body)?.[0]}`;
    const script = (await get(asset(/index-[\w-]+\.js/))).headers;
    assert.equal(script['content-type'], 'text/javascript; charset=utf-8');
    assert.equal(script['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal((await get(`${asset(/index-[\w-]+\.css/)}?x=1`)).headers['content-type'], 'text/css; charset=utf-8');
    assert.equal((await get('/sw.js')).headers['cache-control'], 'no-cache');
    const forbidden = [
      '/package.json',
      '/assets',
      '/assets/',
      '/assets/nothing.js',
      '/assets/../../wasm/core.wasm',
      '/assets/%2e%2e/index.html',
      '/assets/..%2findex.html',
      '/assets/..%5cindex.html',
      '/../server/main.js',
      '/..%2fserver/main.js',
      '/%00',
      '/%',
      '//etc/passwd',
      '/.hidden',
      '/server/main.js',
    ];
    for (const path of forbidden) assert.equal((await get(path)).status, 404, path);
    assert.equal((await get('/', 'POST')).status, 405);
    assert.equal((await get('/', 'HEAD')).body, '');
  });
});

describe('main.js', () => {
  /** @param {string[]} args */
  const start = (args) => {
    const child = spawn(process.execPath, ['web-demo/server/main.js', ...args], {
      cwd: root,
      env: { ...process.env, PORT: '', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { text: '' };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part) => (output.text += part));
    return { child, output, exited: once(child, 'close') };
  };

  test('--once walks through every tool and exits with 0', async () => {
    const { output, exited } = start(['--once', '--port', '0', '--page-port', '0']);
    const [code] = await exited;
    assert.equal(code, 0, output.text);
    const { ask, socket } = await connectTo(provider, '/utcp');
    for (const { name } of (await ask({ type: 'utcp' })).tools)
      assert.ok(output.text.includes(name), `${name} is missing`);
    socket.close();
    for (const name of ['ToolError', 'WebSocketSecurityError', 'CallTemplateError']) {
      assert.ok(output.text.includes(name), `${name} is missing in\n${output.text}`);
    }
  });

  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    test(`stays until ${signal}, then closes and exits with 0`, async () => {
      const { child, output, exited } = start(['--port', '0', '--page-port', '0']);
      const stopped = new Promise((resolve) => {
        child.stdout.on('data', () => {
          if (!output.text.includes('Ctrl-C')) return;
          child.kill(signal);
          resolve(undefined);
        });
      });
      await Promise.race([stopped, exited]);
      assert.deepEqual(await exited, [0, null], output.text);
    });
  }

  test('explains wrong flags', async () => {
    const { output, exited } = start(['--prot', '1']);
    const [code] = await exited;
    assert.equal(code, 2);
    assert.match(output.text, /--prot/);
    assert.match(output.text, /--port/);
  });
});
