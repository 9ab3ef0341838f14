/* Replays a draw record (LX1) in the visitor's own browser, from the first byte to the last; needs lx1.js.
   <section data-verify="record address">, or with <input type=file> inside; results go to its [data-steps],
   somebody's own number to its [data-own] form. */
(function () {
  'use strict';
  var HEADER = 'v suite draw attempt previous rehearsal basis groups caps parties beacon', ZERO = Array(65).join('0'),
    LEFT = ['declined', 'no_answer', 'recused', 'stopped', 'absent', 'ineligible'];
  function fail(s) { throw new Error(s); }
  function need(v, s) { if (!v) fail(s); return v; }
  function same(a, b) { return LX1.canonical(a) === LX1.canonical(b); }

  /* shape */
  function fields(v, names, where) {
    need(v && typeof v === 'object' && !Array.isArray(v) && same(Object.keys(v).sort(), names.split(' ').sort()), where + ' 的字段应恰好是 ' + names + '。');
    return v;
  }
  function list(v, where, f) { need(Array.isArray(v), where + ' 应是一个列表。'); v.forEach(function (x, i) { f(x, where + ' 第 ' + (i + 1) + ' 项'); }); }
  function number(v, low, where) { need(Number.isInteger(v) && v >= low && v < 4294967296, where + ' 应是不小于 ' + low + ' 的整数。'); }
  function word(v, where) { need(typeof v === 'string' && v, where + ' 应是文字，不能空。'); }
  function digits(v, n, where) { need(typeof v === 'string' && v.length === n && /^[0-9a-f]+$/.test(v), where + ' 应是 ' + n + ' 位小写十六进制数。'); }
  function sorted(l, where) { l.forEach(function (x, i) { need(!i || l[i - 1].ref < x.ref, where + '没有按编号排序，或有重复：' + x.ref + '。'); }); }
  function unique(l, where) { need(new Set(l).size === l.length, where + ' 有重复。'); }
  function parse(text) {
    var keys = 0, seen = (text.match(/"(?:[^"\\]|\\.)*"\s*:?/g) || []).filter(function (s) { return /:$/.test(s); }).length, r;
    try { r = JSON.parse(text, function (k, v) { if (v && typeof v === 'object' && !Array.isArray(v)) keys += Object.keys(v).length; return v; }); } catch (e) { fail('这不是一份记录：不是 JSON 文件。'); }
    need(keys === seen, '记录里有重复的字段名，读法不唯一。');
    fields(r, HEADER + ' candidates excluded frame_digest commitments shares beacon_value seed result events record_digest', '记录');
    need(r.v === 1, '只认协议 LX1（v 为 1）。');
    need(r.suite === 'SM3' || r.suite === 'SHA-256', '算法应是 SM3 或 SHA-256。');
    word(r.draw, 'draw'); number(r.attempt, 1, 'attempt'); digits(r.previous, 64, 'previous');
    need((r.attempt === 1) === (r.previous === ZERO), '第 1 次抽取不应有前一次，第 2 次起必须写明前一次的指纹。');
    need(typeof r.rehearsal === 'boolean', 'rehearsal 应是真或假。');
    fields(r.basis, 'pack pack_digest request_digest', 'basis'); word(r.basis.pack, 'pack');
    digits(r.basis.pack_digest, 64, 'pack_digest'); digits(r.basis.request_digest, 64, 'request_digest');
    list(r.groups, 'groups', function (g, w) { fields(g, 'id seats reserves', w); word(g.id, w); number(g.seats, 0, w); number(g.reserves, 0, w); });
    need(r.groups.length && r.groups.length <= 64, '组数应在 1 到 64 之间。'); unique(r.groups.map(function (g) { return g.id; }), '组名');
    list(r.caps, 'caps', function (c, w) { fields(c, 'id max', w); word(c.id, w); number(c.max, 0, w); });
    need(r.caps.length <= 16, '限额至多 16 种。'); unique(r.caps.map(function (c) { return c.id; }), '限额名');
    list(r.parties, 'parties', word); need(r.parties.length, '至少有一方。'); unique(r.parties, '各方');
    if (r.beacon !== null) { fields(r.beacon, 'source round', 'beacon'); word(r.beacon.source, 'source'); word(r.beacon.round, 'round'); }
    list(r.candidates, 'candidates', function (c, w) {
      fields(c, 'ref groups caps', w); digits(c.ref, 32, w);
      list(c.groups, w, function (g) { number(g, 0, w); need(g < r.groups.length, w + ' 的组不存在。'); });
      need(c.groups.length && c.groups.every(function (g, i) { return !i || c.groups[i - 1] < g; }), w + ' 的组应从小到大，至少一组。');
      list(c.caps, w, function (t) { if (t !== null) word(t, w); }); need(c.caps.length === r.caps.length, w + ' 的限额项数不对。');
    });
    list(r.excluded, 'excluded', function (x, w) { fields(x, 'ref grounds', w); digits(x.ref, 32, w); list(x.grounds, w, word); need(x.grounds.length, w + ' 没有写理由。'); });
    sorted(r.candidates, '候选名单'); sorted(r.excluded, '回避名单');
    var both = new Set(r.excluded.map(function (x) { return x.ref; })), above = {};
    r.candidates.forEach(function (c) {
      need(!both.has(c.ref), c.ref + ' 既在候选又在回避名单里。');
      c.caps.forEach(function (t, i) {
        if (t === null || i + 1 === c.caps.length) return;
        var k = i + ' ' + t, up = LX1.canonical(c.caps[i + 1]);
        need((above[k] = above[k] || up) === up, '限额“' + r.caps[i].id + '”与“' + r.caps[i + 1].id + '”交叉，不成层次。');
      });
    });
    digits(r.frame_digest, 64, 'frame_digest'); digits(r.seed, 64, 'seed'); digits(r.record_digest, 64, 'record_digest');
    ['commitments', 'shares'].forEach(function (f) {
      fields(r[f], r.parties.join(' '), f); r.parties.forEach(function (p) { digits(r[f][p], 64, f); });
    });
    need(r.beacon ? typeof r.beacon_value === 'string' && r.beacon_value : r.beacon_value === null, '公开随机值不符：约定了公开随机源才有值，没约定应为空。');
    fields(r.result, 'panel reserves', 'result'); list(r.events, 'events', function (e, w) {
      if (e && e.type === 'void') { fields(e, 'type reason at', w); word(e.reason, w); word(e.at, w); return; }
      fields(e, 'type ref at fill replacement', w); word(e.at, w); digits(e.ref, 32, w);
      need(LEFT.indexOf(e.type) >= 0 && typeof e.fill === 'boolean', w + ' 的类型不认识。');
    });
    return r;
  }

  /* whether all remaining seats can be filled: flow from groups through people and their tokens */
  function chain(c) { return c.caps.map(function (t, i) { return t === null ? '' : i + ' ' + t; }).filter(Boolean); }
  function Seating(r) {
    var classes = {}, used = {};
    r.candidates.forEach(function (c) {
      c.chain = chain(c); c.kind = c.groups.join() + '|' + c.chain.join('|');
      (classes[c.kind] = classes[c.kind] || { groups: c.groups, chain: c.chain, size: 0 }).size++;
    });
    function limit(t) { return r.caps[parseInt(t, 10)].max - (used[t] || 0); }
    function move(c, by) { classes[c.kind].size -= by; c.chain.forEach(function (t) { used[t] = (used[t] || 0) + by; }); }
    function fits(c) { return c.chain.every(function (t) { return limit(t) > 0; }); }
    function fillable(seats) {
      var to = [], room = [], from = [[], []], names = {}, wanted = 0, carried = 0;
      function node() { return from.push([]) - 1; }
      function edge(a, b, n) { from[a].push(to.length); to.push(b); room.push(n); from[b].push(to.length); to.push(a); room.push(0); }
      function token(t, rest) {
        if (t === undefined) return 1;
        if (names[t] === undefined) { names[t] = node(); edge(names[t], token(rest[0], rest.slice(1)), limit(t)); }
        return names[t];
      }
      var groups = seats.map(function (n) { var g = node(); wanted += n; edge(0, g, n); return g; });
      Object.keys(classes).forEach(function (k) {
        var c = classes[k], open = c.groups.filter(function (g) { return seats[g]; });
        if (!c.size || !open.length) return;
        var p = node(); edge(p, token(c.chain[0], c.chain.slice(1)), c.size);
        open.forEach(function (g) { edge(groups[g], p, wanted); });
      });
      for (;;) {
        var by = [-1], queue = [0], i, j, e, least = Infinity, n;
        for (i = 0; i < queue.length && by[1] === undefined; i++) for (j = 0; j < from[queue[i]].length; j++) {
          e = from[queue[i]][j];
          if (room[e] > 0 && by[to[e]] === undefined) { by[to[e]] = e; queue.push(to[e]); }
        }
        if (by[1] === undefined) return carried === wanted;
        for (n = 1; n; n = to[by[n] ^ 1]) least = Math.min(least, room[by[n]]);
        for (n = 1; n; n = to[by[n] ^ 1]) { room[by[n]] -= least; room[by[n] ^ 1] += least; }
        carried += least;
      }
    }
    return { move: move, fits: fits, fillable: fillable };
  }

  function frameDigest(r) {
    var head = {};
    HEADER.split(' ').forEach(function (k) { head[k] = r[k]; });
    function leaves(l) { return LX1.root(r.suite, l.map(function (x) { return LX1.text(LX1.canonical(x)); })); }
    return LX1.hex(LX1.tagged(r.suite, 'frame', [LX1.canonical(head), leaves(r.candidates), leaves(r.excluded)]));
  }
  function order(r) {
    var h = LX1.suite(r.suite), seed = LX1.unhex(r.seed);
    return r.candidates.map(function (c) {
      return { ref: c.ref, groups: c.groups, caps: c.caps, ticket: LX1.hex(h(LX1.concat([LX1.text('T'), seed, LX1.unhex(c.ref)]))) };
    }).sort(function (a, b) { return a.ticket < b.ticket ? -1 : a.ticket > b.ticket ? 1 : a.ref < b.ref ? -1 : 1; });
  }


  /* Every step is [name, function]; a function returns what was found or throws what is wrong. */
  function steps(text) {
    var r, queue, seating, panel = [], called = {}, frame;
    return [
      ['记录格式', function () { r = parse(text); return '协议 LX1，算法 ' + r.suite + '，第 ' + r.attempt + ' 次抽取' + (r.rehearsal ? '，演练' : ''); }],
      ['候选范围指纹', function () {
        frame = frameDigest(r);
        need(frame === r.frame_digest, '按名单重算为 ' + LX1.groups(frame) + '，与记录不符。名单、名额或规则在封存之后被改动过。');
        return '候选 ' + r.candidates.length + ' 人、回避 ' + r.excluded.length + ' 人，封存后没有改动';
      }],
      ['各方密签与揭示', function () {
        r.parties.forEach(function (p) { need(LX1.commitment(r.suite, frame, p, r.shares[p]) === r.commitments[p], p + ' 揭示的随机数与其密签不符，本次抽取应作废。'); });
        return r.parties.length + ' 方揭示的随机数与先前交出的指纹一致';
      }],
      ['种子', function () {
        var parts = [LX1.unhex(frame)].concat(r.parties.map(function (p) { return LX1.unhex(r.shares[p]); }), [r.beacon_value || '']),
          seed = LX1.hex(LX1.tagged(r.suite, 'seed', parts));
        need(seed === r.seed, '按各方随机数重算为 ' + LX1.groups(seed) + '，与记录不符。有随机数或种子被改动过。');
        return '由各方随机数' + (r.beacon ? '和公开随机值' : '') + '合成，与记录一致';
      }],
      ['席位', function () {
        var seats = r.groups.map(function (g) { return g.seats; }), i, n;
        seating = Seating(r); queue = order(r);
        queue.forEach(function (c) { c.chain = chain(c); c.kind = c.groups.join() + '|' + c.chain.join('|'); });
        need(seating.fillable(seats), '名额补不满，不应有抽取结果。');
        function take(g) {
          // Whoever was passed over for one seat of a group stays unfit for its later ones, and so do people like him.
          for (; n < queue.length; n++) {
            var c = queue[n];
            if (called[c.ref] || c.groups.indexOf(g) < 0 || blocked[c.kind] || !seating.fits(c)) continue;
            seating.move(c, 1);
            if (seating.fillable(seats)) { n++; return c; }
            seating.move(c, -1); blocked[c.kind] = true;
          }
          return fail('第 ' + (g + 1) + ' 组补不满。');
        }
        for (var g = 0; g < r.groups.length; g++) {
          n = 0; var blocked = {};
          for (i = 0; i < r.groups[g].seats; i++) { seats[g]--; var c = take(g); called[c.ref] = true; panel.push({ ref: c.ref, group: g }); }
        }
        for (i = 0; i < Math.max(panel.length, r.result.panel.length); i++)
          need(panel[i] && r.result.panel[i] && same(panel[i], r.result.panel[i]), '第 ' + (i + 1) + ' 个席位不符：按抽签号应为' + (panel[i] ? ' ' + panel[i].ref : '无') + '。结果被改动过。');
        return panel.length + ' 个席位，逐个按抽签号重排，与记录一致';
      }],
      ['候补', function () {
        var reserves = r.groups.map(function (g, i) {
          return queue.filter(function (c) { return !called[c.ref] && c.groups.indexOf(i) >= 0; }).slice(0, g.reserves).map(function (c) { return c.ref; });
        });
        need(same(reserves, r.result.reserves), '候补与按抽签号排出的不同。结果被改动过。');
        return '与按抽签号排出的一致';
      }],
      ['离席与递补', function () {
        var closed = false;
        r.events.forEach(function (e, i) {
          var w = '第 ' + (i + 1) + ' 个事项', at = -1, next = null, group;
          need(!closed, w + '在作废之后，不成立。');
          if (e.type === 'void') { closed = true; return; }
          panel.forEach(function (s, j) { if (s.ref === e.ref) at = j; });
          need(at >= 0, w + '：' + e.ref + ' 此刻不在名单上，不能离开。');
          group = panel.splice(at, 1)[0].group;
          queue.forEach(function (c) { if (c.ref === e.ref) seating.move(c, -1); });
          if (e.fill) next = queue.filter(function (c) { return !called[c.ref] && c.groups.indexOf(group) >= 0 && seating.fits(c); })[0] || null;
          if (next) { seating.move(next, 1); called[next.ref] = true; panel.push({ ref: next.ref, group: group }); next = next.ref; }
          need(next === e.replacement, w + '的递补不符：按抽签号应为' + (next || '无人') + '。');
        });
        return r.events.length ? r.events.length + ' 个事项，递补次序正确' + (closed ? '；本次抽取已作废' : '') : '没有';
      }],
      ['记录指纹', function () {
        var link = LX1.tagged(r.suite, 'result', [LX1.unhex(frame), LX1.unhex(r.seed), LX1.canonical(r.result)]);
        r.events.forEach(function (e) { link = LX1.tagged(r.suite, 'event', [link, LX1.canonical(e)]); });
        link = LX1.hex(link);
        need(link === r.record_digest, '重算为 ' + LX1.groups(link) + '，与记录不符。结果或事项被改动过。');
        return LX1.groups(link);
      }]
    ];
  }
  /* {sound, steps: [{name, sound, words}]}; stops at the first step that does not hold. */
  LX1.verify = function (text) {
    var out = { sound: true, steps: [] };
    steps(text).every(function (s) {
      var words;
      try { words = s[1](); } catch (e) { out.sound = false; words = e.message; }
      out.steps.push({ name: s[0], sound: out.sound, words: words });
      return out.sound;
    });
    return out;
  };
  /* {ticket, place, of} of one candidate, or null. Only for a record that is sound. */
  LX1.place = function (text, ref) {
    var queue = order(JSON.parse(text)), place = -1;
    queue.forEach(function (c, i) { if (c.ref === ref) place = i; });
    return place < 0 ? null : { ticket: queue[place].ticket, place: place + 1, of: queue.length };
  };
  if (typeof document === 'undefined') return;

  function show(box, text) {
    var result = LX1.verify(text), ul = box.querySelector('[data-steps]'), own = box.querySelector('form[data-own]'),
      head = document.createElement('li'), live = document.getElementById('live');
    ul.textContent = '';
    head.className = 'note ' + (result.sound ? 'ok' : 'red');
    head.textContent = result.sound ? '核验通过。这份记录在您的浏览器里从头到尾重算了一遍，处处一致。' : '核验不通过。问题出在下面标方块的一步。';
    ul.appendChild(head);
    result.steps.forEach(function (s) {
      var li = document.createElement('li'), name = document.createElement('b');
      li.className = 'st' + (s.sound ? '' : ' sq'); name.textContent = s.name + '：';
      li.appendChild(name); li.appendChild(document.createTextNode(s.words)); ul.appendChild(li);
    });
    if (live) live.textContent = head.textContent;
    if (own) {
      own.hidden = !result.sound;
      own.onsubmit = function (e) {
        e.preventDefault();
        var p = LX1.place(text, own.elements.ref.value.replace(/\s/g, '').toLowerCase()), o = own.querySelector('output');
        o.textContent = p ? '抽签号 ' + LX1.groups(p.ticket) + '，排在第 ' + p.place + ' 位，共 ' + p.of + ' 人。' : '候选名单里没有这个编号。请核对通知上的 32 位编号。';
      };
    }
  }
  function boot(box) {
    var url = box.dataset.verify, file = box.querySelector('input[type=file]'), ul = box.querySelector('[data-steps]');
    function trouble() { ul.textContent = '没有取到记录，没有核验。请检查网络后重试，或下载记录文件后在这里选择。'; }
    function load() { fetch(url).then(function (r) { if (!r.ok) throw r; return r.text(); }).then(function (t) { show(box, t); }).catch(trouble); }
    var again = box.querySelector('[data-again]');
    if (again) again.addEventListener('click', load);
    if (url) load();
    if (file) file.addEventListener('change', function () {
      var reader = new FileReader();
      reader.onload = function () { show(box, reader.result); };
      if (file.files[0]) reader.readAsText(file.files[0]);
    });
  }
  Array.prototype.forEach.call(document.querySelectorAll('[data-verify]'), boot);
})();
