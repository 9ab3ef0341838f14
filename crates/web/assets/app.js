/* Progressive enhancement. Without this file every form and link works as a whole page; with it, parts of a page
   are replaced. Runs in Chromium 78, without eval and without inline styles.
   data-swap="#list,#count"  form or link: fetch, then replace the elements with these ids
   data-live="400"           form with data-swap: submit by itself when typing pauses
   data-poll="3000" data-src element: fetch and replace itself; 204 = unchanged, 286 = last time
   data-confirm, data-batch, data-combo, data-upload, data-guard, data-copy, data-print, data-size-toggle, .js */
(function () {
  'use strict';
  var D = document, W = window;
  function $(s, r) { return (r || D).querySelector(s); }
  function $$(s, r) { return Array.prototype.slice.call((r || D).querySelectorAll(s)); }
  function on(t, f, c) { D.addEventListener(t, f, c); }
  function say(t) { var l = $('#live'); if (l) { l.textContent = ''; setTimeout(function () { l.textContent = t; }, 50); } }

  /* parts of a page */
  var seq = 0, newest = {}, flying = {};
  function put(a, b) {
    var f = a.contains(D.activeElement) && D.activeElement, id = f && f.id, at;
    try { at = f && f.selectionStart; } catch (e) {}
    a.replaceWith(b); boot(b);
    f = id && D.getElementById(id);
    if (f) { f.focus(); try { f.setSelectionRange(at, at); } catch (e) {} }
  }
  function swap(html, targets) {
    var doc = new DOMParser().parseFromString(html, 'text/html'), hit = 0;
    targets.split(',').forEach(function (s) {
      s = s.trim(); var a = $(s), b = doc.querySelector(s);
      if (a && b) { put(a, b); hit++; }
    });
    var t = doc.querySelector('title'), m = doc.querySelector('#live');
    if (t) D.title = t.textContent;
    if (m && m.textContent.trim()) say(m.textContent);
    return hit;
  }
  function busy(targets, v) {
    $$(targets).forEach(function (n) { if (v) n.setAttribute('aria-busy', 'true'); else n.removeAttribute('aria-busy'); });
  }
  function lost(v) { var b = $('#neterr'); if (b) b.hidden = !v; if (v) say(b.textContent); }
  function go(url, opt, targets, push, el, form) {
    var mine = ++seq, slow;
    if (flying[targets]) flying[targets].abort();
    var ac = flying[targets] = new AbortController();
    newest[targets] = mine;
    opt.signal = ac.signal; opt.credentials = 'same-origin';
    opt.headers = { 'X-Fragment': targets };
    slow = setTimeout(function () { busy(targets, true); }, 400);
    return fetch(url, opt).then(function (r) {
      lost(false);
      var full = r.headers.get('X-Full');
      if (full) { calm(form); location.href = full; return; }
      if (r.status === 401) { keep(form); location.reload(); return; }
      return r.text().then(function (t) {
        if (mine !== newest[targets]) return;
        if (r.ok) calm(form);
        if (!swap(t, targets)) {
          if (r.ok) location.href = r.url; else if (!swap(t, '#main')) say(r.status);
          return;
        }
        if (push) { if (!history.state) history.replaceState({ pe: targets }, ''); history.pushState({ pe: targets }, '', r.url); }
        var e = $('.esum'); if (e && !r.ok) e.focus();
      });
    }).catch(function (e) { if (e.name !== 'AbortError') lost(true); }).then(function () {
      clearTimeout(slow); if (el) el.removeAttribute('aria-busy');
      if (mine === newest[targets]) busy(targets, false);
    });
  }
  function send(form, btn) {
    var fd = new FormData(form), get = (form.getAttribute('method') || 'get').toLowerCase() === 'get',
      url = (btn && btn.getAttribute('formaction')) || form.getAttribute('action') || location.pathname, o = {};
    if (btn && btn.name) fd.append(btn.name, btn.value);
    if (get) {
      var q = new URLSearchParams();
      fd.forEach(function (v, k) { if (v !== '') q.append(k, v); });
      url = url.split('?')[0] + '?' + q;
    } else { o.method = 'POST'; o.body = form.enctype === 'multipart/form-data' ? fd : new URLSearchParams(fd); }
    go(url, o, form.dataset.swap, get && !form.dataset.live, btn, form);
  }
  var last = null, sure = null;
  on('click', function (e) { var b = e.target.closest('button,input[type=submit]'); if (b) last = b; }, true);
  on('submit', function (e) {
    var f = e.target, b = last && last.form === f ? last : null, ask = (b && b.dataset.confirm) || f.dataset.confirm;
    last = null;
    if (f.method === 'dialog') return;
    if (ask && sure !== f) {
      e.preventDefault();
      confirmBox(ask, b ? b.textContent.trim() : '继续', function () {
        sure = f;
        if (b) b.click(); else if (f.requestSubmit) f.requestSubmit(); else f.submit();
        sure = null;
      });
      return;
    }
    if (b) {
      if (b.getAttribute('aria-busy')) { e.preventDefault(); return; }
      b.setAttribute('aria-busy', 'true');
      setTimeout(function () { b.removeAttribute('aria-busy'); }, 8000);
    }
    if (f.dataset.upload !== undefined) return;
    if (!f.dataset.swap) { calm(f); return; }
    e.preventDefault(); send(f, b);
  });
  on('click', function (e) {
    var a = e.target.closest('a[data-swap]');
    if (!a || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
    e.preventDefault(); go(a.href, {}, a.dataset.swap, true, a);
  });
  W.addEventListener('popstate', function (e) { if (e.state && e.state.pe) go(location.href, {}, e.state.pe, false); });
  var timers = new WeakMap();
  on('input', function (e) {
    var f = e.target.form; if (!f) return;
    if (f.dataset.guard !== undefined) f.dataset.guard = 'typed';
    if (!f.dataset.live) return;
    clearTimeout(timers.get(f)); timers.set(f, setTimeout(function () { send(f); }, +f.dataset.live));
  });

  /* typed text is not lost: warn on leaving, keep through a new sign-in */
  function calm(f) { if (f && f.dataset.guard !== undefined) f.dataset.guard = ''; }
  W.addEventListener('beforeunload', function (e) { if ($('form[data-guard=typed]')) { e.preventDefault(); e.returnValue = ''; } });
  function keep(f) {
    if (!f || $('[type=password]', f)) return;
    var l = []; new FormData(f).forEach(function (v, k) { if (typeof v === 'string') l.push([k, v]); });
    calm(f); sessionStorage.setItem('kept ' + location.pathname, JSON.stringify(l));
  }
  function restore() {
    var k = 'kept ' + location.pathname, l = sessionStorage.getItem(k);
    if (!l) return;
    sessionStorage.removeItem(k);
    JSON.parse(l).forEach(function (p) {
      $$('main [name]').forEach(function (n) {
        if (n.name !== p[0] || n.type === 'hidden' || n.type === 'file') return;
        if (n.type === 'radio' || n.type === 'checkbox') { if (n.value === p[1]) n.checked = true; } else n.value = p[1];
      });
    });
    say('您刚才填写的内容已恢复');
  }

  function confirmBox(text, yes, then) {
    var d = $('#confirm');
    if (!d || !d.showModal) { if (W.confirm(text)) then(); return; }
    $('p', d).textContent = text; $('[value=yes]', d).textContent = yes;
    d.returnValue = ''; d.onclose = function () { if (d.returnValue === 'yes') then(); };
    d.showModal();
  }

  /* tables: tick rows */
  function batch(t) {
    var bar = $('#' + t.dataset.batch);
    function boxes() { return $$('tbody input[type=checkbox]', t); }
    function count(spoken) {
      var k = 0;
      boxes().forEach(function (c) { k += c.checked; c.closest('tr').classList.toggle('on', c.checked); });
      if (bar) { bar.hidden = !k; $('[data-n]', bar).textContent = k; }
      if (spoken) say('已选 ' + k + ' 项');
    }
    t.addEventListener('change', function (e) {
      if (e.target.matches('thead input')) boxes().forEach(function (c) { c.checked = e.target.checked; });
      count(true);
    });
    count();
  }

  /* text with suggestions from the server; keys: arrows, Enter, Esc; waits for input methods */
  function combo(inp) {
    var box = D.createElement('ul'), cur = -1, timer, composing, ask = 0;
    box.id = inp.id + '-list'; box.hidden = true; box.setAttribute('role', 'listbox');
    box.setAttribute('aria-label', '候选');
    inp.parentNode.appendChild(box);
    inp.setAttribute('role', 'combobox'); inp.setAttribute('aria-controls', box.id);
    inp.setAttribute('aria-autocomplete', 'list'); inp.autocomplete = 'off';
    function show(v) { box.hidden = !v; inp.setAttribute('aria-expanded', String(v)); inp.removeAttribute('aria-activedescendant'); cur = -1; }
    function look() {
      clearTimeout(timer);
      var q = inp.value.trim(), h = $('#' + inp.dataset.val), mine = ++ask;
      if (h) h.value = '';
      if (composing) return;
      if (!q) { show(false); return; }
      timer = setTimeout(function () {
        fetch(inp.dataset.combo + '?q=' + encodeURIComponent(q), { credentials: 'same-origin' }).then(function (r) { return r.ok ? r.text() : ''; }).then(function (t) {
          if (mine !== ask || D.activeElement !== inp) return; /* left meanwhile: nothing pops up over the next field */
          box.innerHTML = t; show(box.children.length > 0); say(box.children.length + ' 个结果');
        }).catch(function () {});
      }, 180);
    }
    function pick(li) {
      var h = $('#' + inp.dataset.val);
      ask++; inp.value = li.dataset.t; if (h) h.value = li.dataset.v; show(false);
    }
    show(false);
    inp.addEventListener('compositionstart', function () { composing = true; });
    inp.addEventListener('compositionend', function () { composing = false; look(); });
    inp.addEventListener('input', look);
    inp.addEventListener('keydown', function (e) {
      var l = box.children, n = l.length, step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
      if (box.hidden || composing) return;
      if (step) {
        e.preventDefault();
        if (l[cur]) l[cur].removeAttribute('aria-selected');
        cur = cur < 0 && step < 0 ? n - 1 : (cur + step + n) % n;
        l[cur].setAttribute('aria-selected', 'true'); l[cur].id = box.id + cur;
        inp.setAttribute('aria-activedescendant', l[cur].id); l[cur].scrollIntoView({ block: 'nearest' });
      } else if (e.key === 'Enter' && l[cur]) { e.preventDefault(); pick(l[cur]); } else if (e.key === 'Escape') show(false);
    });
    box.addEventListener('mousedown', function (e) { var li = e.target.closest('li'); if (li) { e.preventDefault(); pick(li); } });
    inp.addEventListener('blur', function () { setTimeout(function () { show(false); }, 100); });
  }

  /* large files: progress */
  function upload(f) {
    f.addEventListener('submit', function (e) {
      e.preventDefault();
      var x = new XMLHttpRequest(), p = $('progress', f), o = $('output', f);
      p.hidden = false;
      x.upload.onprogress = function (v) { if (v.lengthComputable) { p.value = Math.round(v.loaded / v.total * 100); o.textContent = '已上传 ' + p.value + '%'; } };
      x.onload = function () { var u = x.getResponseHeader('X-Full'); if (u) location.href = u; else if (!swap(x.responseText, f.dataset.swap) && !swap(x.responseText, '#main')) location.reload(); };
      x.onerror = function () { o.textContent = '上传中断，文件没有保存，请重试'; busy('#' + f.id + ' .btn', false); };
      x.open('POST', f.action); x.setRequestHeader('X-Fragment', f.dataset.swap); x.send(new FormData(f));
    });
  }

  function poll(el) {
    setTimeout(function tick() {
      if (!D.contains(el)) return;
      if (D.hidden) { setTimeout(tick, +el.dataset.poll); return; }
      fetch(el.dataset.src, { credentials: 'same-origin', headers: { 'X-Fragment': '#' + el.id } }).then(function (r) {
        lost(false);
        if (r.headers.get('X-Full')) { location.href = r.headers.get('X-Full'); return; }
        if (r.status === 401) { location.reload(); return; }
        if (r.status === 200 || r.status === 286) return r.text().then(function (t) { swap(t, '#' + el.id); });
        setTimeout(tick, +el.dataset.poll);
      }).catch(function () { lost(true); setTimeout(tick, +el.dataset.poll); });
    }, +el.dataset.poll);
  }

  function boot(r) {
    function own(s, f) { if (r.matches && r.matches(s)) f(r); $$(s, r).forEach(f); }
    own('[data-batch]', batch); own('[data-combo]', combo); own('form[data-upload]', upload); own('[data-poll]', poll);
    own('.query', function (q) { q.classList.add('few'); });
    own('.js', function (n) { n.hidden = false; });
  }
  function copy(text) {
    var t = D.createElement('textarea'); t.value = text; t.className = 'vh';
    D.body.appendChild(t); t.select(); D.execCommand('copy'); t.remove();
  }
  on('click', function (e) {
    var t = e.target, c = t.closest('[data-copy]'), z = t.closest('[data-size-toggle]'), m = t.closest('.menu-btn'), s = $('.side');
    if (t.closest('.esum a')) { s = $(t.closest('a').hash); if (s) { e.preventDefault(); s.focus(); } return; }
    if (c) { copy(c.dataset.copy); say('已复制'); c.textContent = '已复制'; }
    if (t.closest('[data-print]')) W.print();
    if (t.closest('.more')) t.closest('.query').classList.remove('few');
    if (z) {
      e.preventDefault();
      var large = D.documentElement.dataset.size !== 'large';
      D.documentElement.dataset.size = large ? 'large' : '';
      D.cookie = 'size=' + (large ? 'large' : '') + ';path=/;max-age=31536000;SameSite=Lax';
      $$('[data-size-toggle]').forEach(function (n) { n.textContent = large ? '标准字' : '大字'; });
    }
    if (m && s) {
      e.preventDefault();
      var open = s.classList.toggle('show');
      m.setAttribute('aria-expanded', String(open));
      if (open) { s.scrollIntoView(); $('a', s).focus(); }
    }
    $$('.umenu[open]').forEach(function (d) { if (!d.contains(t)) d.open = false; });
  });
  on('keydown', function (e) {
    var s = $('.gsearch input');
    if (e.key === '/' && s && !/^(INPUT|TEXTAREA|SELECT)$/.test(D.activeElement.tagName)) { e.preventDefault(); s.focus(); }
    var k = !e.ctrlKey && !e.metaKey && !e.altKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(D.activeElement.tagName) && $('[data-key="' + (/^[a-z]$/.test(e.key) ? e.key : '-') + '"]');
    if (k) { e.preventDefault(); k.click(); }
  });
  boot(D); restore();
  var bad = $('.esum'); if (bad) bad.focus();
})();
