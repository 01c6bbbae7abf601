"""Prints one digest of everything that is stored in a log, by LMDB's own way to it.

    python3 stored_values.py DATA

Each value must also be found by its key, which may lead another way than from one to the next. It
needs one package, `lmdb`.
"""

import hashlib
import sys

import lmdb

log = lmdb.open(f"{sys.argv[1]}/log", max_dbs=16, map_size=1 << 38, create=False)
digest = hashlib.sha256()
with log.begin() as transaction:
    names = [name for name, _ in transaction.cursor()]
for name in names:
    database = log.open_db(name, create=False, integerkey=name == b"events")
    with log.begin() as transaction:
        for key, value in transaction.cursor(database):
            if transaction.get(key, db=database) != value:
                sys.exit(f"{key.hex()} of {name.decode()} is not found by its key")
            for part in (name, key, value):
                digest.update(len(part).to_bytes(8, "big") + part)
print(digest.hexdigest())
