// Signing on the screen, and sending later: what a release form needs a script for. Everything is
// sealed to the desk's key before it is kept, so that a found phone tells nothing.
'use strict';
(() => {
  const form = document.getElementById('capture');
  if (!form) return;
  const waiting = document.getElementById('waiting');
  const canvas = document.getElementById('pad');
  const pen = canvas.getContext('2d');
  document.getElementById('sign').hidden = false;

  // --- The pad: pointer events are finger, pen and mouse; the keyboard signs by Enter.
  let hasInk = false;
  let last = null;
  const clear = () => {
    const box = canvas.getBoundingClientRect();
    canvas.width = Math.max(300, Math.round(box.width * 2));
    canvas.height = Math.max(150, Math.round(box.height * 2));
    pen.fillStyle = '#ffffff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = pen.fillStyle = '#000000';
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = 'round';
    hasInk = false;
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width,
      (event.clientY - box.top) * canvas.height / box.height];
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    event.preventDefault();
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!last) return;
    const next = at(event);
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...next);
    pen.stroke();
    last = next;
    hasInk = true;
  });
  for (const kind of ['pointerup', 'pointercancel']) {
    canvas.addEventListener(kind, () => { last = null; });
  }
  canvas.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    const name = form.elements.first_name.value + ' ' + form.elements.last_name.value;
    if (!name.trim()) return;
    clear();
    pen.font = 'italic ' + Math.round(canvas.height / 4) + 'px serif';
    pen.fillText('/s/ ' + name, 40, canvas.height * 0.6, canvas.width - 80);
    hasInk = true;
  });
  document.getElementById('clear').addEventListener('click', clear);
  clear();

  // --- The store on the phone: sealed envelopes alone.
  const store = (mode, work) => new Promise((resolve, reject) => {
    const open = indexedDB.open('accord-captures', 1);
    open.onupgradeneeded = () => open.result.createObjectStore('sealed', { keyPath: 'mark' });
    open.onerror = () => reject(open.error);
    open.onsuccess = () => {
      const transaction = open.result.transaction('sealed', mode);
      const request = work(transaction.objectStore('sealed'));
      transaction.oncomplete = () => { open.result.close(); resolve(request.result); };
      transaction.onerror = () => reject(transaction.error);
    };
  });

  // --- Sealing: P-256, HKDF-SHA-256, AES-256-GCM, as the desk opens it.
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const base64 = (buffer) => {
    let text = '';
    for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const seal = async (value) => {
    const curve = { name: 'ECDH', namedCurve: 'P-256' };
    const theirs = await crypto.subtle.importKey('raw', bytes(form.dataset.key), curve, false, []);
    const ours = await crypto.subtle.generateKey(curve, false, ['deriveBits']);
    const shared = await crypto.subtle.deriveBits(
      { name: 'ECDH', public: theirs }, ours.privateKey, 256);
    const secret = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
    const key = await crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(),
        info: new TextEncoder().encode('accord release capture 1') },
      secret, { name: 'AES-GCM', length: 256 }, false, ['encrypt']);
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: nonce }, key, new TextEncoder().encode(JSON.stringify(value)));
    const point = await crypto.subtle.exportKey('raw', ours.publicKey);
    return base64(concat(new Uint8Array(point), nonce, new Uint8Array(sealed)));
  };
  const concat = (...parts) => {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let place = 0;
    for (const part of parts) { whole.set(part, place); place += part.length; }
    return whole;
  };

  // --- Sending: with the token of the present session, which an old page has not.
  const token = async () => {
    const answer = await fetch(form.dataset.blank, { credentials: 'same-origin' });
    if (new URL(answer.url).pathname === '/sign-in') throw new Error('sign in');
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const field = page.querySelector('#capture input[name=form-token]');
    if (!field || answer.headers.get('x-desk-kept')) throw new Error('out of reach');
    return field.value;
  };
  const send = async (item) => {
    const body = new URLSearchParams({ 'form-token': await token(), envelope: item.envelope });
    const answer = await fetch(form.dataset.send, {
      method: 'POST', body, credentials: 'same-origin', redirect: 'error' });
    if (!answer.ok) throw new Error('not taken');
    const taken = await answer.json();
    if (taken.to || taken.problems.length) {
      await store('readwrite', (sealed) => sealed.delete(item.mark));
    }
    return taken;
  };
  const show = async () => {
    const items = await store('readonly', (sealed) => sealed.getAll());
    waiting.hidden = items.length === 0;
    waiting.setAttribute('role', 'status');
    waiting.textContent = items.length + ' × ' + form.dataset.kept;
    return items;
  };
  let isSending = false;
  const sendAll = async () => {
    if (isSending) return;
    isSending = true;
    try {
      for (const item of await show()) {
        const taken = await send(item);
        if (!taken.to) complain(taken.problems);
      }
    } catch (error) {
      // Out of reach, or signed out: they stay until the next try.
    } finally {
      isSending = false;
      show();
    }
  };

  const complain = (problems) => {
    document.querySelectorAll('.error-summary').forEach((old) => old.remove());
    const box = document.createElement('div');
    box.className = 'error-summary';
    box.tabIndex = -1;
    box.setAttribute('role', 'alert');
    const list = document.createElement('ul');
    for (const problem of problems) {
      const line = document.createElement('li');
      line.textContent = problem;
      list.append(line);
    }
    box.append(list);
    form.before(box);
    box.focus();
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const hash = form.elements[form.dataset.hash || 'image_sha256'];
    const needed = !form.elements.roi_outcome || form.elements.roi_outcome.value === 'signed';
    if (needed && !hasInk && !(hash && hash.value)) {
      complain([form.dataset.unsigned]);
      return;
    }
    const fields = new URLSearchParams(new FormData(form));
    fields.delete('form-token');
    // The same form sent twice is taken once.
    const mark = crypto.randomUUID();
    const item = { mark, envelope: await seal({
      mark, form: fields.toString(), signedAt: new Date().toISOString(),
      signature: hasInk ? canvas.toDataURL('image/png').split(',')[1] : null }) };
    await store('readwrite', (sealed) => sealed.put(item));
    try {
      const taken = await send(item);
      if (taken.to) location.assign(taken.to);
      else complain(taken.problems);
    } catch (error) {
      form.reset();
      clear();
      await show();
      waiting.tabIndex = -1;
      waiting.focus();
    }
  });
  window.addEventListener('online', sendAll);
  setInterval(sendAll, 5000);
  sendAll();

  // --- The blank form opens without a signal too.
  if ('serviceWorker' in navigator) {
    const worker = '/offline.js?form=' + encodeURIComponent(form.dataset.blank);
    navigator.serviceWorker.register(worker).catch(() => {});
  }
})();
