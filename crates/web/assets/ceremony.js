/* A party's share of a draw: made, kept and checked on its own machine; needs lx1.js. Only the fingerprint is sent
   before the reveal. <form data-commit|data-reveal data-suite data-frame data-party [data-commitment]>; markup and
   words in templates/components/ceremony.html. */
(function () {
  'use strict';
  function $(s, r) { return r.querySelector(s); }
  function say(form, tone, words) { var n = $('[data-say]', form); n.hidden = !words; n.className = 'note ' + tone; n.textContent = words; }
  function key(d) { return 'lx1 ' + d.frame + ' ' + d.party; }
  function kept(d) { try { return localStorage.getItem(key(d)); } catch (e) { return null; } }
  function keep(d, share) { try { localStorage.setItem(key(d), share); return localStorage.getItem(key(d)) === share; } catch (e) { return false; } }
  function clean(s) { return s.replace(/\s/g, '').toLowerCase(); }
  function slip(d, share) {
    return '抽取密签（揭示前不要给任何人看）\r\n候选名单指纹 ' + LX1.groups(d.frame) + '\r\n本方 ' + d.party + '\r\n密签指纹 ' +
      LX1.groups(LX1.commitment(d.suite, d.frame, d.party, share)) + '\r\n密签原文 ' + LX1.groups(share) + '\r\n';
  }

  function commit(form) {
    var d = form.dataset, share = kept(d), out = $('[name=commitment]', form), paper = $('[data-slip]', form), link = $('[data-download]', form), make = $('[data-make]', form), go = $('[data-go]', form);
    function hold(s, how) {
      share = s;
      out.value = LX1.commitment(d.suite, d.frame, d.party, s);
      $('[data-fingerprint]', form).textContent = LX1.groups(out.value);
      $('[data-share]', form).textContent = LX1.groups(s);
      paper.hidden = false; make.className = 'btn'; make.textContent = '重新生成'; go.className = 'btn p';
      link.download = '密签-' + d.party + '-' + d.frame.slice(0, 8) + '.txt';
      link.href = URL.createObjectURL(new Blob(['\ufeff' + slip(d, s)], { type: 'text/plain' }));
      if (keep(d, s)) say(form, 'ok', how + '原文已存在这台电脑的浏览器里，只有指纹会交出去。请再下载或打印一份收好，然后提交指纹。');
      else say(form, 'warn', how + '这个浏览器不让保存，关掉页面就找不回来。请先下载或打印原文，再提交指纹。');
    }
    go.className = 'btn';
    make.addEventListener('click', function () {
      var b = new Uint8Array(32); crypto.getRandomValues(b); hold(LX1.hex(b), '已随机生成。');
    });
    $('[data-dice-go]', form).addEventListener('click', function () {
      var t = $('[data-dice]', form).value, n = t.replace(/\s/g, '').length, s = LX1.dice(d.suite, t);
      if (s) hold(s, '已由 ' + n + ' 次骰子算出。');
      else say(form, 'red', /[^1-6\s]/.test(t) ? '骰子点数只能是 1 到 6，里面有别的字符。请对照记录改正。' : '只有 ' + n + ' 次，至少要 50 次才有 128 位随机。请接着掷。');
    });
    form.addEventListener('submit', function (e) {
      if (/^[0-9a-f]{64}$/.test(out.value = clean(out.value))) return;
      e.preventDefault(); e.stopImmediatePropagation(); say(form, 'red', '还没有密签指纹。请先随机生成，或输入骰子点数，或填写 64 位指纹。');
    });
    if (share) hold(share, '这台电脑里已有本场的密签。');
  }

  function reveal(form) {
    var d = form.dataset, input = $('[name=share]', form), file = $('input[type=file]', form), mine = kept(d);
    function fits(s) { return /^[0-9a-f]{64}$/.test(s) && LX1.commitment(d.suite, d.frame, d.party, s) === d.commitment; }
    function judge() {
      var s = clean(input.value), by = LX1.dice(d.suite, input.value);
      if (by && fits(by)) { input.value = s = by; }
      if (!s) say(form, 'warn', '这台电脑里没有本场的密签。请换回生成密签的电脑，或选择下载的密签文件，或照纸上的原文输入。');
      else if (fits(s)) say(form, 'ok', '与先前交出的指纹一致，可以揭示。');
      else say(form, 'red', '与先前交出的指纹不一致。揭示错了本场会作废，请核对原文后再试。');
      return s;
    }
    if (mine && fits(mine)) input.value = LX1.groups(mine);
    input.addEventListener('input', judge);
    file.addEventListener('change', function () {
      var r = new FileReader();
      r.onload = function () { var m = /密签原文 ([0-9a-f ]{64,})/.exec(r.result); input.value = m ? m[1].trim() : ''; judge(); };
      if (file.files[0]) r.readAsText(file.files[0]);
    });
    form.addEventListener('submit', function (e) {
      var s = judge();
      if (fits(s)) { input.value = s; return; }
      e.preventDefault(); e.stopImmediatePropagation(); input.focus();
    });
    judge();
  }
  function each(s, f) { Array.prototype.forEach.call(document.querySelectorAll(s), f); }
  each('form[data-commit]', commit);
  each('form[data-reveal]', reveal);
  // Once revealed the share is public and need not be kept.
  each('[data-revealed]', function (n) { try { localStorage.removeItem(key(n.dataset)); } catch (e) { return; } });
})();
