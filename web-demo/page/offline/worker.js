// Owns that the page works offline once it was loaded. The build puts `version` and `files` before this. The page itself is asked
// for from the network first, so that a new build is seen at once; what it loads has the hash of its content in its name.
// A new worker waits until no page of the old build is open, so that none of them misses a file.

const mine = `inspector ${registration.scope} `;
const cacheName = mine + version;

addEventListener('install', (event) => {
  const requests = files.map((file) => new Request(file, { cache: file === './' ? 'reload' : 'default' }));
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(requests)));
});

addEventListener('activate', (event) => {
  const removeOld = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(mine) && name !== cacheName);
    await Promise.all(old.map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(removeOld());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(registration.scope)) return;
  const kept = async (key) => (await caches.open(cacheName)).match(key);
  if (request.mode === 'navigate') {
    const offlinePage = async (error) => {
      const page = await kept('./');
      if (page) return page;
      throw error;
    };
    event.respondWith(fetch(request).catch(offlinePage));
  } else {
    event.respondWith(kept(request).then((found) => found ?? fetch(request)));
  }
});
