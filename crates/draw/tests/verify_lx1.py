#!/usr/bin/env python3
"""An independent verifier of LX1 records, from docs/draw-protocol.md alone.

    verify_lx1.py FILE...      one record a file; prints a verdict for each
    verify_lx1.py -            one record a line on standard input
    verify_lx1.py --steps FILE prints every intermediate value of a record

Standard library only. Exit status 0 if every record holds, 1 if not.
"""

import hashlib
import json
import re
import struct
import sys

MASK = 0xFFFFFFFF


class Bad(Exception):
    """The record does not hold; the message says where."""


def need(condition, message):
    if not condition:
        raise Bad(message)


# SM3 (GB/T 32905-2016)

def rotate(x, n):
    return ((x << n) | (x >> (32 - n))) & MASK


START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
CONSTANTS = [rotate(0x79CC4519 if j < 16 else 0x7A879D8A, j % 32) for j in range(64)]


def sm3_block(state, block):
    w = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        r = w[j - 3]
        x = w[j - 16] ^ w[j - 9] ^ ((r << 15 | r >> 17) & MASK)
        r = w[j - 13]
        w.append(x ^ ((x << 15 | x >> 17) & MASK) ^ ((x << 23 | x >> 9) & MASK)
                 ^ ((r << 7 | r >> 25) & MASK) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        a12 = (a << 12 | a >> 20) & MASK
        s = (a12 + e + CONSTANTS[j]) & MASK
        ss1 = (s << 7 | s >> 25) & MASK
        if j < 16:
            tt1 = (a ^ b ^ c) + d + (ss1 ^ a12) + (w[j] ^ w[j + 4])
            tt2 = (e ^ f ^ g) + h + ss1 + w[j]
        else:
            tt1 = ((a & b) | (a & c) | (b & c)) + d + (ss1 ^ a12) + (w[j] ^ w[j + 4])
            tt2 = ((e & f) | (~e & MASK & g)) + h + ss1 + w[j]
        tt2 &= MASK
        d, c, b, a = c, (b << 9 | b >> 23) & MASK, a, tt1 & MASK
        h, g, f = g, (f << 19 | f >> 13) & MASK, e
        e = tt2 ^ ((tt2 << 9 | tt2 >> 23) & MASK) ^ ((tt2 << 17 | tt2 >> 15) & MASK)
    return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h)))


def sm3(data):
    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + struct.pack(">Q", 8 * len(data))
    state = START
    for at in range(0, len(padded), 64):
        state = sm3_block(state, padded[at:at + 64])
    return struct.pack(">8I", *state)


def sha256(data):
    return hashlib.sha256(data).digest()


SUITES = {"SM3": sm3, "SHA-256": sha256}


def tagged(hash_, tag, *parts):
    data = b"LX1"
    for part in (tag.encode(), *parts):
        data += struct.pack(">I", len(part)) + part
    return hash_(data)


def tree(hash_, leaves):
    if not leaves:
        return hash_(b"")
    if len(leaves) == 1:
        return hash_(b"\0" + leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hash_(b"\1" + tree(hash_, leaves[:split]) + tree(hash_, leaves[split:]))


# JSON

def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse(text):
    def pairs(items):
        found = dict(items)
        need(len(found) == len(items), "repeated key")
        return found

    def integer(digits):
        need(not digits.startswith("-"), "negative number")
        need(len(digits) <= 16 and int(digits) < 2 ** 53, "number too large")
        return int(digits)

    def never(what):
        raise Bad("number that is not a plain integer: " + what)

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_int=integer, parse_float=never, parse_constant=never)
    except (ValueError, RecursionError) as error:
        raise Bad("not JSON: %s" % error)


HEADER = ("v", "suite", "draw", "attempt", "previous", "rehearsal", "basis", "groups", "caps", "parties", "beacon")
RECORD = HEADER + ("candidates", "excluded", "frame_digest", "commitments", "shares", "beacon_value", "seed",
                   "result", "events", "record_digest")
KINDS = ("declined", "no_answer", "recused", "stopped", "absent", "ineligible")


def fields(value, names, where):
    need(type(value) is dict, where + " is not an object")
    need(set(value) == set(names), "%s has missing or unknown fields: %s" % (where, sorted(set(value) ^ set(names))))


def text(value, where, empty=True):
    need(type(value) is str, where + " is not text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Bad(where + " is not Unicode text")
    need(empty or value, where + " is empty")
    return value


def hexa(value, size, where):
    need(type(value) is str and re.fullmatch("[0-9a-f]{%d}" % (2 * size), value), where + " is not hex")
    return bytes.fromhex(value)


def number(value, where):
    need(type(value) is int and value < 2 ** 32, where + " is not an integer below 2^32")
    return value


def listing(value, where):
    need(type(value) is list, where + " is not a list")
    return value


def names(values, most, where):
    need(len(values) <= most, where + " are too many")
    for value in values:
        text(value, where, empty=False)
    need(len(set(values)) == len(values), where + " repeat")


def check_frame(r):
    need(number(r["v"], "v") == 1, "v is not 1")
    need(type(r["suite"]) is str and r["suite"] in SUITES, "unknown suite")
    text(r["draw"], "draw", empty=False)
    need(number(r["attempt"], "attempt") >= 1, "attempt is 0")
    first = not any(hexa(r["previous"], 32, "previous"))
    need(first == (r["attempt"] == 1), "previous does not fit attempt")
    need(type(r["rehearsal"]) is bool, "rehearsal is not true or false")
    fields(r["basis"], ("pack", "pack_digest", "request_digest"), "basis")
    text(r["basis"]["pack"], "pack")
    hexa(r["basis"]["pack_digest"], 32, "pack_digest")
    hexa(r["basis"]["request_digest"], 32, "request_digest")
    for group in listing(r["groups"], "groups"):
        fields(group, ("id", "seats", "reserves"), "group")
        number(group["seats"], "seats")
        number(group["reserves"], "reserves")
    names([g["id"] for g in r["groups"]], 64, "groups")
    for cap in listing(r["caps"], "caps"):
        fields(cap, ("id", "max"), "cap")
        number(cap["max"], "max")
    names([c["id"] for c in r["caps"]], 16, "caps")
    names(listing(r["parties"], "parties"), 64, "parties")
    need(r["parties"], "no party")
    if r["beacon"] is not None:
        fields(r["beacon"], ("source", "round"), "beacon")
        text(r["beacon"]["source"], "source", empty=False)
        text(r["beacon"]["round"], "round", empty=False)

    wider = {}
    for person in listing(r["candidates"], "candidates"):
        fields(person, ("ref", "groups", "caps"), "candidate")
        hexa(person["ref"], 16, "ref")
        groups = [number(g, "group") for g in listing(person["groups"], "groups")]
        need(groups and groups == sorted(set(groups)) and groups[-1] < len(r["groups"]), "groups of a candidate")
        tokens = listing(person["caps"], "caps")
        need(len(tokens) == len(r["caps"]), "caps of a candidate")
        for index, token in enumerate(tokens):
            if token is not None:
                text(token, "token")
                rest = tokens[index + 1:]
                need(wider.setdefault((index, token), rest) == rest, "caps cross at " + token)
    for person in listing(r["excluded"], "excluded"):
        fields(person, ("ref", "grounds"), "excluded")
        hexa(person["ref"], 16, "ref")
        need(listing(person["grounds"], "grounds"), "no grounds")
        for ground in person["grounds"]:
            text(ground, "ground")
    for key in ("candidates", "excluded"):
        refs = [p["ref"] for p in r[key]]
        need(refs == sorted(set(refs)), key + " are not sorted or repeat")
    both = {p["ref"] for p in r["candidates"]} & {p["ref"] for p in r["excluded"]}
    need(not both, "candidate and excluded at once")


# Filling seats

def fillable(people, caps, seats, seated):
    """Whether all seats can be filled when those seated keep theirs (Ford–Fulkerson, unit by unit)."""
    room = {}

    def edge(a, b, capacity):
        room.setdefault(a, {})[b] = room.get(a, {}).get(b, 0) + capacity
        room.setdefault(b, {}).setdefault(a, 0)

    wanted = list(seats)
    used = {}
    for person, group in seated:
        wanted[group] -= 1
        for cap in enumerate(people[person]["caps"]):
            used[cap] = used.get(cap, 0) + 1
    for group, count in enumerate(wanted):
        edge("source", ("group", group), count)
    taken = {person for person, _ in seated}
    linked = set()
    for index, person in enumerate(people):
        if index in taken:
            continue
        for group in person["groups"]:
            edge(("group", group), ("person", index), 1)
        below = ("person", index)
        capacity = 1
        for cap, token in enumerate(person["caps"]):
            if token is None:
                continue
            node = ("token", cap, token)
            if (below, node) not in linked:
                linked.add((below, node))
                edge(below, node, capacity)
            below = node
            capacity = max(0, caps[cap]["max"] - used.get((cap, token), 0))
        if (below, "sink") not in linked:
            linked.add((below, "sink"))
            edge(below, "sink", capacity)
    for _ in range(sum(wanted)):
        came = {"source": None}
        queue = ["source"]
        for node in queue:
            for to, left in room.get(node, {}).items():
                if left > 0 and to not in came:
                    came[to] = node
                    queue.append(to)
        if "sink" not in came:
            return False
        node = "sink"
        while came[node] is not None:
            room[came[node]][node] -= 1
            room[node][came[node]] += 1
            node = came[node]
    return True


def within_caps(people, caps, present, person):
    for cap, token in enumerate(people[person]["caps"]):
        if token is not None and sum(people[p]["caps"][cap] == token for p in present) >= caps[cap]["max"]:
            return False
    return True


def draw(r, order):
    people, caps = r["candidates"], r["caps"]
    seats = [g["seats"] for g in r["groups"]]
    seated = []
    need(sum(seats) <= len(people) and fillable(people, caps, seats, seated), "the seats cannot all be filled")
    for group, count in enumerate(seats):
        for _ in range(count):
            present = [p for p, _ in seated]
            for person in order:
                if (person not in present and group in people[person]["groups"]
                        and within_caps(people, caps, present, person)
                        and fillable(people, caps, seats, seated + [(person, group)])):
                    seated.append((person, group))
                    break
    present = {p for p, _ in seated}
    reserves = [[p for p in order if p not in present and index in people[p]["groups"]][:group["reserves"]]
                for index, group in enumerate(r["groups"])]
    return seated, reserves


def verify(r, say=lambda name, value: None):
    fields(r, RECORD, "record")
    check_frame(r)
    hash_ = SUITES[r["suite"]]

    header = canonical({name: r[name] for name in HEADER})
    candidates = tree(hash_, [canonical(p) for p in r["candidates"]])
    excluded = tree(hash_, [canonical(p) for p in r["excluded"]])
    frame = tagged(hash_, "frame", header, candidates, excluded)
    say("canonical(header)", header)
    if r["candidates"]:
        say("canonical(candidate 0)", canonical(r["candidates"][0]))
        say("leaf hash of candidate 0", hash_(b"\0" + canonical(r["candidates"][0])))
    say("root(candidates)", candidates)
    say("root(excluded)", excluded)
    say("frame_digest", frame)
    need(hexa(r["frame_digest"], 32, "frame_digest") == frame, "frame_digest")

    for key in ("commitments", "shares"):
        fields(r[key], r["parties"], key)
    shares = []
    for party in r["parties"]:
        share = hexa(r["shares"][party], 32, "share")
        commitment = tagged(hash_, "commit", frame, party.encode(), share)
        say("commitment of " + party, commitment)
        need(hexa(r["commitments"][party], 32, "commitment") == commitment, "commitment of " + party)
        shares.append(share)
    value = r["beacon_value"]
    if r["beacon"] is None:
        need(value is None, "beacon_value without beacon")
    else:
        text(value, "beacon_value", empty=False)
    seed = tagged(hash_, "seed", frame, *shares, (value or "").encode())
    say("seed", seed)
    need(hexa(r["seed"], 32, "seed") == seed, "seed")

    people = r["candidates"]
    tickets = [hash_(b"T" + seed + bytes.fromhex(p["ref"])) for p in people]
    order = sorted(range(len(people)), key=lambda p: (tickets[p], people[p]["ref"]))
    for place, person in enumerate(order):
        say("ticket %d, of %s" % (place + 1, people[person]["ref"]), tickets[person])
    seated, reserves = draw(r, order)
    result = {"panel": [{"ref": people[p]["ref"], "group": g} for p, g in seated],
              "reserves": [[people[p]["ref"] for p in group] for group in reserves]}
    fields(r["result"], ("panel", "reserves"), "result")
    for seat in listing(r["result"]["panel"], "panel"):
        fields(seat, ("ref", "group"), "seat")
        number(seat["group"], "group of a seat")
    need(r["result"] == result, "result")
    link = tagged(hash_, "result", frame, seed, canonical(result))
    say("canonical(result)", canonical(result))
    say("link 0", link)

    called = {p for p, _ in seated}
    void = False
    for index, event in enumerate(listing(r["events"], "events")):
        where = "event %d" % index
        need(not void, where + " after void")
        need(type(event) is dict, where + " is not an object")
        if event.get("type") == "void":
            fields(event, ("type", "reason", "at"), where)
            text(event["reason"], where, empty=False)
            text(event["at"], where, empty=False)
            void = True
        else:
            fields(event, ("type", "ref", "at", "fill", "replacement"), where)
            need(event["type"] in KINDS, where + " has an unknown type")
            hexa(event["ref"], 16, where)
            text(event["at"], where, empty=False)
            need(type(event["fill"]) is bool, where + ": fill")
            leaving = [s for s in seated if people[s[0]]["ref"] == event["ref"]]
            need(leaving, where + ": not seated")
            group = leaving[0][1]
            seated.remove(leaving[0])
            present = [p for p, _ in seated]
            expected = None
            if event["fill"]:
                for person in order:
                    if (person not in called and group in people[person]["groups"]
                            and within_caps(people, r["caps"], present, person)):
                        expected = people[person]["ref"]
                        seated.append((person, group))
                        called.add(person)
                        break
            need(event["replacement"] == expected, where + ": replacement")
        link = tagged(hash_, "event", link, canonical(event))
        say("link %d" % (index + 1), link)
    need(hexa(r["record_digest"], 32, "record_digest") == link, "record_digest")


def verdict(data, say=lambda name, value: None):
    try:
        verify(parse(data.decode("utf-8")), say)
        return "valid"
    except UnicodeDecodeError:
        return "invalid: not UTF-8"
    except Bad as bad:
        return "invalid: %s" % bad


def main(arguments):
    holds = True
    if arguments == ["-"]:
        for line in sys.stdin.buffer:
            answer = verdict(line)
            holds &= answer == "valid"
            print(answer)
        return 0 if holds else 1
    say = lambda name, value: None
    if arguments[:1] == ["--steps"]:
        arguments = arguments[1:]

        def say(name, value):
            shown = value.decode() if value[:1] == b"{" else value.hex()
            print("%s\n    %s" % (name, shown))
    for name in arguments:
        with open(name, "rb") as file:
            answer = verdict(file.read(), say)
        holds &= answer == "valid"
        print("%s: %s" % (name, answer))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
