"""Checks a proof that an event is in a log, with nothing of dr-testing.

    python3 check_proof.py FILE KEY

FILE is a C2SP tlog-proof, KEY a public key as signed notes have it. Prints the index of the event,
the size of the log, and the event as it is stored, in hexadecimal. It needs one package,
`cryptography`.
"""

import base64
import hashlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(index, size, leaf, path):
    """RFC 9162, 2.1.3.2: the root that the path leads to."""
    if index >= size:
        sys.exit("the index lies outside the log")
    first, last, result = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            sys.exit("the path is too long")
        if first & 1 or first == last:
            result = node(sibling, result)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            result = node(result, sibling)
        first, last = first >> 1, last >> 1
    if last:
        sys.exit("the path is too short")
    return result


def head(note, key):
    """The size and the root that the owner of the key has signed."""
    name, key_id, encoded = key.split("+", 2)
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        _, signer, blob = line.split(" ")
        signature = base64.b64decode(blob)
        if signer == name and signature[:4].hex() == key_id:
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded)[1:])
            public.verify(signature[4:], text.encode())  # or raises
            origin, size, signed = text.splitlines()[:3]
            if origin != name:
                sys.exit("the checkpoint is of another log")
            return int(size), base64.b64decode(signed)
    sys.exit("no signature is by the key")


with open(sys.argv[1], encoding="utf-8") as file:
    proof, _, note = file.read().partition("\n\n")
lines = proof.split("\n")
if lines[0] != "c2sp.org/tlog-proof@v1":
    sys.exit("no proof")
value = base64.b64decode(lines[1].removeprefix("extra "))
index = int(lines[2].removeprefix("index "))
path = [base64.b64decode(line) for line in lines[3:]]
size, signed = head(note, sys.argv[2])
if root(index, size, hashlib.sha256(b"\x00" + value).digest(), path) != signed:
    sys.exit("the path does not lead to the root that was signed")
print(index, size, value.hex())
