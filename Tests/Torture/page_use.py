"""Says of every byte of a log's data file whether anybody could miss it.

    python3 page_use.py DATA

Prints lines `START END KIND`: the bytes from START on, before END, and what they are. It walks the
last commit by LMDB's own layout (mdb.c 0.9) and knows nothing of the program that it tests; the file
must be whole, and nobody may write to it.
"""

import struct
import sys

PAGE = 4096
HEAD = struct.Struct("<QHHHH")
NODE = struct.Struct("<HHHH")
NONE = 2**64 - 1
BRANCH, LEAF = 1, 2
LONG_VALUE, DATABASE = 1, 2
META = 16
# The size of the map is a hint for the next who opens the file; each says his own.
MAP_SIZE = range(META + 16, META + 24)
TREES, META_END = META + 24, META + 136


class Use:
    def __init__(self, file):
        self.file = file
        self.kinds = ["free page"] * len(file)

    def mark(self, start, end, kind):
        self.kinds[start:end] = [kind] * (end - start)

    def number(self, at):
        return struct.unpack_from("<Q", self.file, at)[0]

    def walk(self):
        commits = [self.number(page * PAGE + META_END - 8) for page in (0, 1)]
        last = commits.index(max(commits))
        for page in (0, 1):
            self.mark(page * PAGE, (page + 1) * PAGE, "rest of a meta page")
            kind = "meta page" if page == last else "meta page before"
            self.mark(page * PAGE, page * PAGE + META_END, kind)
        start = last * PAGE
        self.mark(start + MAP_SIZE.start, start + MAP_SIZE.stop, "map size")
        for tree in (TREES, TREES + 48):
            self.tree(start + tree)

    def tree(self, record):
        root = self.number(record + 40)
        if root != NONE:
            self.page(root * PAGE)

    def page(self, start):
        _, _, flags, lower, upper = HEAD.unpack_from(self.file, start)
        self.mark(start, start + HEAD.size, "head")
        self.mark(start + HEAD.size, start + lower, "pointer")
        self.mark(start + lower, start + upper, "gap")
        # What no node covers below is the padding of one to an even size.
        self.mark(start + upper, start + PAGE, "padding")
        for offset in struct.unpack_from(f"<{(lower - HEAD.size) // 2}H", self.file, start + 16):
            self.node(start + offset, flags)

    def node(self, start, page_flags):
        low, high, flags, key_size = NODE.unpack_from(self.file, start)
        data = start + NODE.size + key_size
        if page_flags & BRANCH:
            self.mark(start, data, "node")
            self.page((low | high << 16 | flags << 32) * PAGE)
            return
        size = low | high << 16
        if flags & LONG_VALUE:
            self.mark(start, data + 8, "node")
            self.long_value(self.number(data) * PAGE, size)
            return
        self.mark(start, data + size, "node")
        if flags & DATABASE:
            self.tree(data)

    def long_value(self, start, size):
        (pages,) = struct.unpack_from("<I", self.file, start + 12)
        self.mark(start, start + pages * PAGE, "rest of a long value")
        self.mark(start, start + HEAD.size, "head")
        self.mark(start + HEAD.size, start + HEAD.size + size, "long value")


with open(f"{sys.argv[1]}/log/data.mdb", "rb") as data_file:
    use = Use(data_file.read())
use.walk()
begin = 0
for end in range(1, len(use.kinds) + 1):
    if end == len(use.kinds) or use.kinds[end] != use.kinds[begin]:
        print(begin, end, use.kinds[begin])
        begin = end
