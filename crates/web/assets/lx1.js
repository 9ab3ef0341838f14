/* Protocol LX1 in the visitor's own browser: hashes, canonical JSON, digests. No request leaves from here. */
var LX1 = (function () {
  'use strict';
  function text(s) { return new TextEncoder().encode(s); }
  function hex(b) { return Array.prototype.map.call(b, function (x) { return (x + 256).toString(16).slice(1); }).join(''); }
  function groups(h) { return h.replace(/(....)(?=.)/g, '$1 '); }
  function unhex(s) { return new Uint8Array((s.match(/../g) || []).map(function (x) { return parseInt(x, 16); })); }
  function concat(parts) {
    var n = 0, out;
    parts.forEach(function (p) { n += p.length; });
    out = new Uint8Array(n); n = 0;
    parts.forEach(function (p) { out.set(p, n); n += p.length; });
    return out;
  }
  function rol(x, n) { n &= 31; return n ? x << n | x >>> 32 - n : x; }

  /* Both suites cut a message into blocks of 64 bytes with the same padding. */
  function hash(start, words, compress) {
    return function (bytes) {
      var n = bytes.length, all = new Uint8Array((n + 72 >> 6) << 6), view = new DataView(all.buffer), h = start.slice(), w = [], at, i;
      all.set(bytes); all[n] = 128;
      view.setUint32(all.length - 8, Math.floor(n / 536870912)); view.setUint32(all.length - 4, n << 3);
      for (at = 0; at < all.length; at += 64) {
        for (i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
        for (; i < words; i++) w[i] = compress.word(w, i);
        compress.block(h, w);
      }
      for (i = 0; i < 8; i++) view.setInt32(4 * i, h[i]);
      return all.slice(0, 32);
    };
  }
  function p0(x) { return x ^ rol(x, 9) ^ rol(x, 17); }
  var sm3 = hash([0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e], 68, {
    word: function (w, i) {
      var x = w[i - 16] ^ w[i - 9] ^ rol(w[i - 3], 15);
      return x ^ rol(x, 15) ^ rol(x, 23) ^ rol(w[i - 13], 7) ^ w[i - 6];
    },
    block: function (h, w) {
      var a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7], j, s, t, u, ff, gg;
      for (j = 0; j < 64; j++) {
        s = rol(rol(a, 12) + e + rol(j < 16 ? 0x79cc4519 : 0x7a879d8a, j) | 0, 7);
        ff = j < 16 ? a ^ b ^ c : a & b | a & c | b & c;
        gg = j < 16 ? e ^ f ^ g : e & f | ~e & g;
        t = ff + d + (s ^ rol(a, 12)) + (w[j] ^ w[j + 4]) | 0;
        u = gg + k + s + w[j] | 0;
        d = c; c = rol(b, 9); b = a; a = t; k = g; g = rol(f, 19); f = e; e = p0(u);
      }
      [a, b, c, d, e, f, g, k].forEach(function (x, i) { h[i] ^= x; });
    }
  });
  function roots(power) {
    var l = [], n = 2;
    function prime(p) { for (var i = 2; i * i <= p; i++) if (p % i === 0) return false; return true; }
    while (l.length < 64) { if (prime(n)) { var r = Math.pow(n, power); l.push((r - Math.floor(r)) * 4294967296 | 0); } n++; }
    return l;
  }
  var k256 = roots(1 / 3);
  var sha256 = hash(roots(1 / 2).slice(0, 8), 64, {
    word: function (w, i) {
      var x = w[i - 15], y = w[i - 2];
      return w[i - 16] + (rol(x, 25) ^ rol(x, 14) ^ x >>> 3) + w[i - 7] + (rol(y, 15) ^ rol(y, 13) ^ y >>> 10) | 0;
    },
    block: function (h, w) {
      var v = h.slice(), j, t;
      for (j = 0; j < 64; j++) {
        t = v[7] + (rol(v[4], 26) ^ rol(v[4], 21) ^ rol(v[4], 7)) + (v[4] & v[5] ^ ~v[4] & v[6]) + k256[j] + w[j] | 0;
        v.unshift(t + (rol(v[0], 30) ^ rol(v[0], 19) ^ rol(v[0], 10)) + (v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]) | 0);
        v.pop(); v[4] = v[4] + t | 0;
      }
      v.forEach(function (x, i) { h[i] = h[i] + x | 0; });
    }
  });

  function suite(name) { return name === 'SHA-256' ? sha256 : sm3; }
  /* H(tag, parts): every part behind its length; text as UTF-8. */
  function tagged(name, tag, parts) {
    var l = [text('LX1')];
    [tag].concat(parts).forEach(function (p) {
      var b = typeof p === 'string' ? text(p) : p, n = new Uint8Array(4);
      new DataView(n.buffer).setUint32(0, b.length); l.push(n, b);
    });
    return suite(name)(concat(l));
  }
  function canonical(v) {
    if (Array.isArray(v)) return '[' + v.map(canonical).join() + ']';
    if (v && typeof v === 'object') return '{' + Object.keys(v).sort().map(function (k) { return JSON.stringify(k) + ':' + canonical(v[k]); }).join() + '}';
    return JSON.stringify(v);
  }
  function root(name, leaves) {
    var h = suite(name), level = leaves.map(function (l) { return h(concat([[0], l])); }), i, next;
    if (!level.length) return h(text(''));
    while (level.length > 1) {
      for (next = [], i = 0; i < level.length; i += 2) next.push(i + 1 < level.length ? h(concat([[1], level[i], level[i + 1]])) : level[i]);
      level = next;
    }
    return level[0];
  }
  function commitment(name, frame, party, share) { return hex(tagged(name, 'commit', [unhex(frame), party, unhex(share)])); }
  function dice(name, throws) {
    var d = throws.replace(/\s/g, '');
    return /^[1-6]{50,}$/.test(d) ? hex(tagged(name, 'dice', [d])) : null;
  }
  return { text: text, hex: hex, groups: groups, unhex: unhex, concat: concat, suite: suite, tagged: tagged, canonical: canonical, root: root, commitment: commitment, dice: dice };
})();
