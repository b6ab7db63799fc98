// Keeps the page for when there is no network.
//
// A version of the page is a folder named after its content. Each version has a cache of its own that is
// filled as a whole or not at all, and a page asks for one folder only, so versions never mix. With a
// network the newest index.html is taken; the version that is kept serves without one. This worker gives
// way to a newer one when no page of its version is open any more.

const version = '@VERSION@';
const files = @FILES@;
const cacheName = `raftarium-${version}`;
const patienceMs = 4000; // for a network that is there but does not answer

self.addEventListener('install', (event) => event.waitUntil(keep()));
self.addEventListener('activate', (event) => event.waitUntil(forgetOthers()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const path = pathInScope(request.url);
  if (request.method !== 'GET' || path === undefined) return;
  if (path.startsWith(`${version}/`)) {
    event.respondWith(kept(path).then((response) => response ?? fetch(request)));
  } else if (path === '' || files.includes(path)) {
    event.respondWith(freshOrKept(request, path === '' ? 'index.html' : path));
  }
});

function pathInScope(url) {
  const scope = new URL(self.registration.scope);
  const { origin, pathname } = new URL(url);
  if (origin !== scope.origin || !pathname.startsWith(scope.pathname)) return undefined;
  return pathname.slice(scope.pathname.length);
}

async function keep() {
  const cache = await caches.open(cacheName);
  // What is named after its content may come from the browser's own cache; the rest may be old there.
  const trust = (file) => (file.startsWith(`${version}/`) ? 'default' : 'no-cache');
  await cache.addAll(files.map((file) => new Request(file, { cache: trust(file) })));
  const index = await (await cache.match('index.html')).text();
  if (index.includes(version)) return;
  await caches.delete(cacheName);
  throw new Error('The site has changed meanwhile; the next visit keeps it.');
}

async function forgetOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith('raftarium-') && name !== cacheName) await caches.delete(name);
  }
}

async function kept(path) {
  const cache = await caches.open(cacheName);
  return cache.match(path);
}

async function freshOrKept(request, path) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patienceMs);
  try {
    const response = await fetch(request, { signal: abort.signal });
    if (response.status < 500) return response;
    return (await kept(path)) ?? response;
  } catch (error) {
    const response = await kept(path);
    if (response) return response;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
