// Keeps the blank form of this desk, and nothing of any person, for when there is no signal. Its own
// address says which form that is.
'use strict';
const kept = 'accord-blank-1';
const blank = new URL(location.href).searchParams.get('form');
const place = new URL(blank, location.origin).pathname;
const files = ['/assets/desk.css', '/assets/desk.js', '/assets/capture.js'];

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(kept);
    await cache.addAll(files);
    await renew(cache);
    await self.skipWaiting();
  })());
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

// A sign-in page in its place would be of no use.
const renew = async (cache) => {
  const page = await fetch(blank, { credentials: 'same-origin' });
  if (page.ok && new URL(page.url).pathname === place) {
    const headers = new Headers(page.headers);
    headers.set('x-desk-kept', '1');
    const copy = new Response(await page.blob(), { status: 200, headers });
    await cache.put(blank, copy);
  }
};

self.addEventListener('fetch', (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== 'GET' || address.origin !== location.origin) return;
  const isForm = address.pathname === place;
  if (!isForm && !files.includes(address.pathname)) return;
  event.respondWith((async () => {
    const cache = await caches.open(kept);
    try {
      const answer = await fetch(event.request);
      if (isForm && event.request.mode === 'navigate') event.waitUntil(renew(cache));
      return answer;
    } catch (error) {
      const old = await cache.match(isForm ? blank : event.request);
      return old || Response.error();
    }
  })());
});
