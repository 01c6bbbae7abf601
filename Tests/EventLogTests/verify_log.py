"""Computes the root of an event log again, with nothing of dr-testing.

    python3 verify_log.py DATA_DIRECTORY

Prints the number of events and the root of the Merkle tree (RFC 6962) over them, in base64: the
second and the third line of a checkpoint of that size. It needs one package, `lmdb`.
"""

import base64
import hashlib
import struct
import sys

import lmdb


def leaf(value):
    return hashlib.sha256(b"\x00" + value).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(values):
    """The root over the values, in one pass: complete subtrees wait for their right neighbour."""
    subtrees = []  # (leaves, hash), the greatest first
    for value in values:
        size, right = 1, leaf(value)
        while subtrees and subtrees[-1][0] == size:
            right = node(subtrees.pop()[1], right)
            size *= 2
        subtrees.append((size, right))
    if not subtrees:
        return hashlib.sha256(b"").digest()
    result = subtrees.pop()[1]
    while subtrees:
        result = node(subtrees.pop()[1], result)
    return result


def events(transaction, database, size):
    """The stored events in order. A key is the position, in the byte order of this machine."""
    expected = 1
    for key, value in transaction.cursor(database):
        (position,) = struct.unpack("=Q", key)
        if position != expected:
            break
        yield value
        expected += 1
    if expected != size + 1:
        sys.exit(f"the log has {size} events, but number {expected} is missing or one too many")


log = lmdb.open(f"{sys.argv[1]}/log", max_dbs=16, map_size=1 << 38, readonly=True, create=False)
meta = log.open_db(b"meta", create=False)
stored = log.open_db(b"events", create=False, integerkey=True)
with log.begin() as transaction:  # one snapshot, also of a log that is in use
    (size,) = struct.unpack(">Q", transaction.get(b"last", db=meta))
    print(size, base64.b64encode(root(events(transaction, stored, size))).decode())
