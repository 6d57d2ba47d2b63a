#!/usr/bin/env python3
"""Writes argon2id.json with an Argon2id other than the one that mfakit-pin uses: OpenSSL's.

    pip install cryptography   # 44 or later, built with OpenSSL 3.2 or later
    python3 make_argon2id.py > argon2id.json
"""

import base64
import hashlib
import json
import sys

import cryptography
from cryptography.hazmat.backends.openssl import backend
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

CASES = [
    # id, PIN, user id, pepper number, memory in KiB, passes, lanes
    ("owasp", "4821", b"account 4711", 1, 19456, 2, 1),
    ("two-lanes", "0001", b"\x00", 7, 64, 3, 2),
    ("least", "12345679", b"u" * 64, 0, 8, 1, 1),
    ("most", "98765431", b"user", 4294967295, 65536, 10, 4),
]


def b64(data):
    return base64.b64encode(data).rstrip(b"=").decode()


def vector(name, pin, user, pepper_id, memory_kib, passes, lanes):
    salt = hashlib.sha256(b"salt " + name.encode()).digest()[:16]
    pepper = hashlib.sha256(b"pepper " + name.encode()).digest()
    tag = Argon2id(
        salt=salt,
        length=32,
        iterations=passes,
        lanes=lanes,
        memory_cost=memory_kib,
        ad=hashlib.sha256(b"mfakit-pin 1 user\0" + user).digest(),
        secret=pepper,
    ).derive(pin.encode())
    text = (
        f"$mfakit-pin$v=1$k={pepper_id},m={memory_kib},t={passes},p={lanes}"
        f"${b64(salt)}${b64(tag)}$"
    )
    text += b64(hashlib.sha256(text.encode()).digest()[:4])
    return {
        "id": name,
        "pin": pin,
        "user": user.hex(),
        "pepper": pepper.hex(),
        "text": text,
    }


json.dump(
    {
        "source": "make_argon2id.py in this folder, run with Python's cryptography "
        f"{cryptography.__version__} on {backend.openssl_version_text()}",
        "vectors": [vector(*case) for case in CASES],
    },
    sys.stdout,
    indent=2,
)
print()
