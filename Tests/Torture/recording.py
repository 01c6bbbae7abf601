"""The writes of a recorded run, and from when on each of them would survive a power cut."""

import math
import os


def move(names, old, new):
    """Gives a path another name, and with it all that is below it."""
    for path in [p for p in names if p == old or p.startswith(old + "/")]:
        names[new + path[len(old) :]] = names.pop(path)


class Inode:
    """A file or a folder, by whatever name."""

    def __init__(self):
        # (time of begin, time of end) of each call that made it durable.
        self.syncs = []


class Opened:
    """What a file descriptor stands for."""

    def __init__(self, path, inode, flags):
        self.path, self.inode, self.offset = path, inode, 0
        self.is_synchronous = b"O_DSYNC" in flags or b"O_SYNC" in flags
        self.appends = b"O_APPEND" in flags


class Change:
    """A change of a file's bytes or of a folder's names."""

    def __init__(self, call, inode, is_synchronous=False, **what):
        self.start, self.end, self.inode = call.start, call.end, inode
        self.durable = call.end if is_synchronous else math.inf
        self.__dict__.update(what)

    def settle(self):
        """A sync makes durable what was done before it began, once it has returned."""
        for start, end in self.inode.syncs:
            if start > self.end:
                self.durable = min(self.durable, end)


class Recording:
    """What a run did below a folder, `root`."""

    def __init__(self, calls, root):
        self.root = os.path.abspath(root)
        # Changes of bytes, changes of names, and what was printed, each in order.
        self.writes, self.names, self.printed = [], [], []
        self.last = max(call.start for call in calls)
        self.files, self.folders, self.opened = {}, {self.root: Inode()}, {}
        # Folders that were there before the run.
        self.before = {self.root}
        # A call counts from when on others can see what it did.
        early = ("close", "write", "writev", "pwrite64", "fsync", "fdatasync", "ftruncate")
        for call in sorted(calls, key=lambda c: c.start if c.name in early else c.end):
            self.read(call)
        for change in self.writes + self.names:
            change.settle()
        self.writes.sort(key=lambda change: change.start)

    def read(self, call):
        handler = getattr(self, call.name, None)
        if handler:
            handler(call)
        elif call.name == "msync":
            raise ValueError(f"line {call.start}: a file is written through memory")
        elif self.descriptor(call) or any(self.is_inside(s.decode()) for s in call.strings()):
            raise ValueError(f"line {call.start}: {call.name} is not understood here")

    def mmap(self, call):
        fields = call.arguments.split(b", ")
        if b"PROT_WRITE" in fields[2] and b"MAP_SHARED" in fields[3]:
            opened = self.opened.get(int(fields[4]))
            # The lock file means nothing after a cut.
            if opened and not opened.path.endswith("/lock.mdb"):
                raise ValueError(f"line {call.start}: a file is written through memory")

    # Descriptors

    def is_inside(self, path):
        return path == self.root or path.startswith(self.root + "/")

    def descriptor(self, call):
        first = call.arguments.split(b",", 1)[0]
        return self.opened.get(int(first)) if first.isdigit() else None

    def openat(self, call):
        path = call.strings()[0].decode()
        flags = call.arguments.rsplit(b'"', 1)[1]
        self.opened.pop(call.result, None)
        if not self.is_inside(path):
            return
        inode = self.files.get(path) or self.folders.get(path)
        if not inode and b"O_CREAT" not in flags:
            # From before the run, and only read.
            return
        if not inode:
            inode = self.files[path] = Inode()
            self.name(call, path, kind="file", file=inode)
        self.opened[call.result] = Opened(path, inode, flags)
        if b"O_TRUNC" in flags:
            self.writes.append(Change(call, inode, offset=None, size=0))

    def close(self, call):
        self.opened.pop(call.number(0), None)

    def lseek(self, call):
        if opened := self.descriptor(call):
            opened.offset = call.result

    # Bytes

    def put(self, call, opened, data, offset):
        if len(data) != call.result and call.end != math.inf:
            raise ValueError(f"line {call.start}: {call.name} wrote only a part")
        change = Change(call, opened.inode, opened.is_synchronous, offset=offset, data=data)
        self.writes.append(change)

    def pwrite64(self, call):
        if opened := self.descriptor(call):
            self.put(call, opened, call.strings()[0], call.last_number())

    def write(self, call):
        if call.number(0) == 1:
            self.printed.append((call.start, call.strings()[0]))
        elif opened := self.descriptor(call):
            if opened.appends:
                raise ValueError(f"line {call.start}: appending writes are not understood here")
            data = b"".join(call.strings())
            self.put(call, opened, data, opened.offset)
            opened.offset += len(data)

    writev = write

    def ftruncate(self, call):
        if opened := self.descriptor(call):
            size = call.last_number()
            self.writes.append(Change(call, opened.inode, offset=None, size=size))

    def fsync(self, call):
        if opened := self.descriptor(call):
            opened.inode.syncs.append((call.start, call.end))

    fdatasync = fsync

    # Names

    def name(self, call, path, **what):
        parent = os.path.dirname(path)
        if parent not in self.folders:
            self.folders[parent] = Inode()
            self.before.add(parent)
        folder = self.folders[parent]
        self.names.append(Change(call, folder, path=path, **what))

    def mkdir(self, call):
        path = call.strings()[0].decode()
        if self.is_inside(path) and path not in self.folders:
            self.folders[path] = Inode()
            self.name(call, path, kind="folder")

    def rename(self, call):
        old, new = (text.decode() for text in call.strings())
        if self.is_inside(old):
            move(self.files, old, new)
            move(self.folders, old, new)
            self.name(call, new, kind="rename", old=old)

    def unlink(self, call):
        path = call.strings()[0].decode()
        if self.is_inside(path):
            del self.files[path]
            self.name(call, path, kind="unlink")
