#!/usr/bin/env python3
"""Writes states.json: stored states made without mfakit-activation, by its documentation alone.

    python3 make_states.py > states.json
"""

import hashlib
import hmac
import json
import struct
import sys

KEY = bytes(range(32))
CODE = "K7M2QX9HD"
CLAIMANT = b"0123456789abcdef"


def time(secs):
    return struct.pack(">Q", secs)


def short(data):
    return bytes([len(data)]) + data


def bound(domain, user, purpose, rest):
    message = domain + b"\0" + bytes([purpose, len(user)]) + user + rest
    return hmac.new(KEY, message, hashlib.sha256).digest()


def pending(user, purpose, address, issued, expires, claimed=None):
    rest = time(issued) + time(expires) + CODE.encode() + address
    out = bytes([purpose, 1 if claimed is None else 2]) + short(address)
    out += bound(b"mfakit-activation 1 code", user, purpose, rest)
    out += time(issued) + time(expires)
    if claimed is not None:
        out += bound(b"mfakit-activation 1 claimant", user, purpose, CLAIMANT)[:16]
        out += time(claimed) + time(claimed + 600)
    return out


def consumed(purpose, at):
    return bytes([purpose, 3]) + time(at)


def state(user, failures, issued, codes):
    out = b"\x01" + short(user)
    out += b"\0" if failures is None else bytes([failures[0]]) + time(failures[1])
    out += bytes([len(issued)]) + b"".join(time(at) for at in issued)
    out += bytes([len(codes)]) + b"".join(codes)
    return (out + hashlib.sha256(out).digest()[:4]).hex()


ANN = b"account 4711"
MAIL = "ann+mfa@example.com".encode()
LONG = b"u" * 64
FAR = "\u7528\u6237@\u4f8b\u5b50.\u5e7f\u544a".encode()

json.dump(
    {
        "source": "make_states.py in this folder",
        "key": KEY.hex(),
        "code": CODE,
        "claimant": CLAIMANT.hex(),
        "states": [
            {
                "id": "never-issued",
                "user": ANN.hex(),
                "address": MAIL.decode(),
                "now": 1000,
                "claims": "NoPendingCode",
                "bytes": state(ANN, None, [], []),
            },
            {
                "id": "pending",
                "user": ANN.hex(),
                "address": MAIL.decode(),
                "now": 1900,
                "claims": "Ok",
                "bytes": state(
                    ANN, (4, 1500), [700, 1000], [pending(ANN, 1, MAIL, 1000, 1900)]
                ),
            },
            {
                "id": "claimed-by-this-one-and-others",
                "user": LONG.hex(),
                "address": FAR.decode(),
                "now": 1700,
                "claims": "Ok",
                "bytes": state(
                    LONG,
                    None,
                    [1000, 1060, 1120],
                    [
                        pending(LONG, 1, FAR, 1000, 1600 + 300, 1200),
                        consumed(2, 1130),
                        pending(LONG, 4, FAR, 1120, 1720),
                    ],
                ),
            },
            {
                "id": "consumed",
                "user": ANN.hex(),
                "address": MAIL.decode(),
                "now": 1001,
                "claims": "CodeConsumed",
                "bytes": state(ANN, None, [1000], [consumed(1, 1001)]),
            },
        ],
    },
    sys.stdout,
    indent=2,
)
print()
