#!/usr/bin/env python3
"""Makes the first inputs of the fuzz targets: whole and broken sealed files, one message of each kind,
and frames cut in many ways.

    fuzz/make_corpus.py fuzz/corpus     (needs python3-cryptography)

Written from docs/sealed-file.md and docs/wire.md, not from the code, so that it checks them too.
"""

import hashlib
import pathlib
import struct
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 65536


def u8(n):
    return struct.pack("<B", n)


def u16(n):
    return struct.pack("<H", n)


def u32(n):
    return struct.pack("<I", n)


def u64(n):
    return struct.pack("<Q", n)


def string(octets):
    return u32(len(octets)) + octets


# ---- Sealed files under the data key of seal_fuzz.cc -----------------------------------------------


def header(serial=b"serial", key_id=b"key"):
    body = string(serial) + string(key_id) + b"\x01" * 32 + b"\x02" * 60
    return b"azekura-seal" + u16(1) + u32(len(body)) + body


def sealed(plaintext):
    start = header()
    info = b"azekura-seal chunks v1" + hashlib.sha256(start).digest()
    key = AESGCM(HKDF(hashes.SHA256(), 32, b"\x01" * 32, info).derive(b"\x03" * 32))
    parts = [plaintext[i : i + CHUNK] for i in range(0, len(plaintext), CHUNK)] or [b""]
    chunks = [
        key.encrypt(struct.pack(">3xQB", number, number == len(parts) - 1), part, b"")
        for number, part in enumerate(parts)
    ]
    return start, chunks


def seal_inputs():
    for name, size in (("empty", 0), ("short", 13), ("one-chunk", CHUNK), ("two-chunks", CHUNK + 5)):
        start, chunks = sealed(b"a" * size)
        yield name, start + b"".join(chunks)
    start, chunks = sealed(b"a" * (2 * CHUNK + 1))
    yield "exchanged", start + chunks[1] + chunks[0] + chunks[2]
    yield "cut-between-chunks", start + chunks[0] + chunks[1]
    yield "cut-in-a-tag", start + chunks[0][:-3]
    yield "appended", start + b"".join(chunks) + b"\0"
    yield "header-only", start
    yield "newer", b"azekura-seal" + u16(2) + u32(4) + b"1234"
    yield "huge-header", b"azekura-seal" + u16(1) + u32(0xFFFFFFFF)
    yield "long-names", header(b"s" * 16, b"i" * 64) + b"\0" * 16
    yield "too-long-name", header(b"s" * 17, b"i")
    yield "no-name", header(b"", b"i")
    yield "not-sealed", b"a notebook\n"


# ---- Messages ----------------------------------------------------------------------------------------

SESSION = u64(0) + u64(1) + u8(1)
TEMPLATE = u32(2) + u64(0) + string(u64(3)) + u64(3) + string(b"label")
MECHANISM = u64(0x1087) + u64(128) + u64(0) + u64(0) + string(b"i" * 12) + string(b"aad")

REQUESTS = {
    "list-slots": (1, b""),
    "init-token": (2, u64(1) + string(b"so pin") + string(b"label")),
    "init-pin": (3, SESSION + string(b"pin")),
    "set-pin": (4, SESSION + string(b"old") + string(b"new")),
    "login": (5, SESSION + u64(1) + string(b"pin")),
    "logout": (6, u64(0)),
    "close-session": (7, SESSION),
    "resume": (8, u32(1) + u64(0) + string(b"ticket")),
    "status": (9, b""),
    "create-object": (20, SESSION + TEMPLATE),
    "copy-object": (21, SESSION + u64(5) + TEMPLATE),
    "destroy-object": (22, SESSION + u64(5)),
    "read-object": (23, SESSION + u64(5) + u8(0)),
    "set-attributes": (24, SESSION + u64(5) + TEMPLATE),
    "find": (25, SESSION + u64(0) + u32(16) + TEMPLATE),
    "generate-key": (40, SESSION + MECHANISM + TEMPLATE),
    "generate-key-pair": (41, SESSION + MECHANISM + TEMPLATE + TEMPLATE),
    "wrap-key": (42, SESSION + MECHANISM + u64(1) + u64(2)),
    "unwrap-key": (43, SESSION + MECHANISM + u64(1) + TEMPLATE),
    "derive-key": (44, SESSION + MECHANISM + u64(1) + TEMPLATE),
    "operate": (60, u8(3) + u8(0) + SESSION + u64(5) + MECHANISM + string(b"")),
    "stream-begin": (61, u8(1) + SESSION + u64(5) + MECHANISM),
    "stream-update": (62, u8(1) + SESSION),
    "stream-finish": (63, u8(4) + SESSION + string(b"signature")),
    "stream-abort": (64, u8(1) + SESSION),
    "random": (65, u32(32)),
}


def wire_inputs():
    for name, (op, fields) in REQUESTS.items():
        yield name, u16(op) + fields
        if fields:
            yield name + "-cut", u16(op) + fields[:-1]
            yield name + "-longer", u16(op) + fields + b"\0"
    yield "empty", b""
    yield "half-an-operation", b"\x01"
    yield "unknown-operation", u16(999)
    yield "bool-of-two", u16(23) + u64(0) + u64(1) + u8(2) + u64(5) + u8(0)
    yield "list-of-too-many", u16(20) + SESSION + u32(0xFFFFFFFF)
    yield "list-at-the-limit", u16(8) + u32(8193) + b"\0" * 9000
    yield "string-beyond-the-end", u16(5) + SESSION + u64(1) + u32(0xFFFFFFF0) + b"pin"
    ok = u64(0) + u64(7)
    yield "answer-empty", ok
    yield "answer-handle", ok + u64(42)
    yield "answer-slots", ok + u32(1) + u64(0) + u64(0x400) + string(b"label") + string(b"0" * 16) + u64(1)
    yield "answer-ticket", ok + string(b"t" * 64)
    yield "answer-found", ok + u32(2) + u64(1) + u64(2) + u8(0)
    yield "answer-object", ok + TEMPLATE + u32(1) + u64(0x11)
    yield "answer-refusal", u64(0xA0) + u64(7) + string(b"the PIN is wrong")


# ---- Hellos, and streams of frames behind an octet that says how they are cut ------------------------

HEADS, DATA = 65536, 1052672


def frame(head, data):
    return u32(len(head)) + u32(len(data)) + head + data


def frame_inputs():
    hello = b"AZHC" + u32(1) + u32(2) + u32(0) + u64(7) + b"s" * 16
    yield "client-hello", hello
    yield "client-hello-cut", hello[:-1]
    yield "client-hello-newer", b"AZHC" + u32(2) + hello[8:]
    yield "server-hello", b"AZHS" + u32(1) + u32(0) + u32(1) + u64(7) + b"s" * 16 + u32(64) + u32(0) + u64(71573504) + u64(0)
    frames = frame(b"", b"") + frame(b"h", b"") + frame(b"", b"d") + frame(b"head", b"data" * 100)
    for how in (0, 1, 7, 8, 9, 63, 128, 129, 137):
        yield f"frames-cut-{how}", u8(how) + frames * 2
        yield f"frame-unfinished-{how}", u8(how) + frames + frame(b"head", b"data")[:-1]
        yield f"prefix-unfinished-{how}", u8(how) + frames + b"\1\0\0"
        yield f"head-too-long-{how}", u8(how) + frames + u32(HEADS + 1) + u32(0) + b"h" * 50
        yield f"data-too-long-{how}", u8(how) + frames + u32(0) + u32(DATA + 1) + b"d" * 50
    yield "head-at-the-limit", u8(0) + frame(b"h" * HEADS, b"d" * 9000) + frames
    yield "data-at-the-limit-unfinished", u8(0) + u32(0) + u32(DATA) + b"d" * 3000


def main():
    root = pathlib.Path(sys.argv[1])
    for folder, inputs in (("seal", seal_inputs()), ("wire", wire_inputs()), ("frame", frame_inputs())):
        (root / folder).mkdir(parents=True, exist_ok=True)
        for name, octets in inputs:
            (root / folder / name).write_bytes(octets)


if __name__ == "__main__":
    main()
