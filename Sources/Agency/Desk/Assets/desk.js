// Makes a page live. Without it every page works as it is and renews itself now and then.
'use strict';
(() => {
  const body = document.body;
  const main = document.getElementById('main');
  const said = document.getElementById('said');
  const summary = document.querySelector('[data-focus]');
  if (summary) summary.focus();

  // --- What changed is fetched anew and put in its place; what somebody types into stays.
  const isBusy = () => {
    const active = document.activeElement;
    const typed = [...main.querySelectorAll('input, textarea, select')].some((field) =>
      field.type === 'checkbox' || field.type === 'radio'
        ? field.checked !== field.defaultChecked
        : field.tagName === 'SELECT'
          ? [...field.options].some((option) => option.selected !== option.defaultSelected)
            && field.selectedIndex > 0
          : field.type !== 'hidden' && field.value !== field.defaultValue);
    return typed || (active && /^(INPUT|SELECT|TEXTAREA)$/.test(active.tagName));
  };
  const openDetails = () =>
    [...main.querySelectorAll('details')].map((part) => part.open);
  let wanted = false;
  let running = false;
  const renew = async () => {
    if (running || isBusy()) { wanted = true; return; }
    running = true;
    wanted = false;
    try {
      const answer = await fetch(location.href, {
        headers: { 'X-Desk-Live': '1' }, credentials: 'same-origin', cache: 'no-store' });
      if (answer.redirected && new URL(answer.url).pathname === '/sign-in') {
        location.assign(answer.url);
        return;
      }
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (!isBusy()) place(fresh);
    } catch (error) {
      // Out of reach: the next change or the next connection asks again.
      wanted = true;
    } finally {
      running = false;
    }
  };
  const place = (fresh) => {
    const banner = fresh.getElementById('banner');
    const old = document.getElementById('banner');
    if (banner && old.innerHTML !== banner.innerHTML) old.replaceWith(banner);
    const next = fresh.getElementById('main');
    if (!next) return;
    if (next.innerHTML === shown) return;
    shown = next.innerHTML;
    const focused = document.activeElement && document.activeElement.id;
    const opened = openDetails();
    main.replaceChildren(...next.childNodes);
    main.querySelectorAll('details').forEach((part, index) => {
      if (opened[index]) part.open = true;
    });
    if (focused && focused !== 'main') {
      const again = document.getElementById(focused);
      if (again) again.focus();
    }
    const word = main.querySelector('[data-say]');
    if (word && said.textContent !== word.dataset.say) said.textContent = word.dataset.say;
    tick();
    ring();
  };
  let shown = main.innerHTML;

  if (body.hasAttribute('data-live') && 'EventSource' in window) {
    let beats = null;
    let last = Date.now();
    const listen = () => {
      if (beats) beats.close();
      beats = new EventSource('/events');
      beats.addEventListener('open', () => { last = Date.now(); renew(); });
      beats.addEventListener('change', () => { last = Date.now(); renew(); });
    };
    listen();
    // A phone that slept, or a network that came back: ask at once.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) { listen(); renew(); }
    });
    window.addEventListener('online', () => { listen(); renew(); });
    setInterval(() => {
      if (beats.readyState === EventSource.CLOSED) listen();
      if (wanted) renew();
      if (Date.now() - last > 60000) { last = Date.now(); renew(); }
    }, 2000);
  }

  // --- Countdowns.
  const tick = () => {
    for (const clock of document.querySelectorAll('[data-until]')) {
      const left = Math.round((Number(clock.dataset.until) - Date.now()) / 1000);
      const text = left <= 0 ? clock.dataset.over || 'over'
        : Math.floor(left / 60) + ':' + String(left % 60).padStart(2, '0');
      if (clock.textContent !== text) clock.textContent = text;
    }
  };
  setInterval(tick, 500);
  tick();

  // --- The alarm: sound and vibration, again and again until somebody has answered.
  const sound = new Audio('/assets/alarm.wav');
  let isAllowed = false;
  let ringing = null;
  const beep = () => {
    sound.currentTime = 0;
    sound.play().then(() => { allowed(true); }, () => { allowed(false); });
    if (navigator.vibrate) navigator.vibrate([400, 150, 400]);
  };
  const allowed = (yes) => {
    isAllowed = yes;
    for (const button of document.querySelectorAll('[data-sound]')) {
      button.textContent = yes ? 'Sound is on. Try it' : 'Turn the sound on';
    }
    for (const note of document.querySelectorAll('[data-silent]')) note.hidden = yes;
  };
  const ring = () => {
    const open = document.querySelectorAll('[data-ring]');
    open.forEach((alert) => alert.classList.add('ringing'));
    document.title = document.title.replace(/^\(\d+\) /, '');
    if (open.length) document.title = '(' + open.length + ') ' + document.title;
    if (open.length && !ringing) {
      beep();
      ringing = setInterval(beep, 3000);
    }
    if (!open.length && ringing) {
      clearInterval(ringing);
      ringing = null;
      sound.pause();
    }
    for (const button of document.querySelectorAll('[data-sound]')) button.hidden = false;
    allowed(isAllowed);
  };
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-sound]')) beep();
    const printer = event.target.closest('[data-print]');
    if (printer) window.print();
  });
  for (const button of document.querySelectorAll('[data-print]')) button.hidden = false;
  ring();

  // --- One tap sends once.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });

  // --- A page that nobody uses covers itself.
  const after = Number(body.dataset.lockAfter || 0) * 1000;
  if (after) {
    let timer = null;
    const start = () => {
      clearTimeout(timer);
      timer = setTimeout(() => location.reload(), after);
    };
    for (const kind of ['click', 'keydown', 'touchstart']) {
      document.addEventListener(kind, start, { passive: true });
    }
    start();
  }
})();
