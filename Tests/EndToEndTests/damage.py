"""Changes a stored event log as somebody would who owns the disk, with nothing of dr-testing.

    python3 damage.py list DATA                     a line `database key bytes position` each
    python3 damage.py change DATA DATABASE KEY INDEX MASK
    python3 damage.py cut DATA COUNT                removes so many events from the end
    python3 damage.py unseal DATA                   removes all checkpoints
    python3 damage.py other DATA                    an LMDB environment of something else

Keys are written in hexadecimal. It needs one package, `lmdb`.
"""

import os
import struct
import sys

import lmdb

NAMES = ["meta", "events", "tiles", "streams", "appends", "once", "checkpoints"]


def opened(data):
    log = lmdb.open(f"{data}/log", max_dbs=16, map_size=1 << 38, create=False)
    return log, {
        name: log.open_db(name.encode(), create=False, integerkey=name == "events")
        for name in NAMES
    }


def position(name, key):
    return struct.unpack("=Q", key)[0] if name == "events" else 0


def list_entries(data):
    log, databases = opened(data)
    with log.begin() as transaction:
        for name, database in databases.items():
            for key, value in transaction.cursor(database):
                print(name, key.hex(), len(value), position(name, key))


def change(data, name, key, index, mask):
    log, databases = opened(data)
    with log.begin(write=True) as transaction:
        value = bytearray(transaction.get(bytes.fromhex(key), db=databases[name]))
        value[int(index)] ^= int(mask)
        transaction.put(bytes.fromhex(key), bytes(value), db=databases[name])


def cut(data, count):
    log, databases = opened(data)
    with log.begin(write=True) as transaction:
        keys = [key for key, _ in transaction.cursor(databases["events"])]
        for key in keys[-int(count) :]:
            transaction.delete(key, db=databases["events"])


def unseal(data):
    log, databases = opened(data)
    with log.begin(write=True) as transaction:
        transaction.drop(databases["checkpoints"], delete=False)


def other(data):
    os.makedirs(f"{data}/log")
    environment = lmdb.open(f"{data}/log", max_dbs=4)
    with environment.begin(write=True) as transaction:
        transaction.put(b"somebody", b"else")


COMMANDS = {
    "list": list_entries,
    "change": change,
    "cut": cut,
    "unseal": unseal,
    "other": other,
}
COMMANDS[sys.argv[1]](*sys.argv[2:])
