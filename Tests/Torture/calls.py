"""What a program did to its files, read from what strace says of it.

The trace must have been made with the options in OPTIONS: every call that changes a file or makes
it durable, with all its bytes.
"""

import math
import re

CALLS = (
    "openat,close,lseek,write,writev,pwrite64,pwritev,pwritev2,ftruncate,fallocate,"
    "fsync,fdatasync,sync_file_range,msync,mkdir,mkdirat,rename,renameat,renameat2,"
    "unlink,unlinkat,rmdir,link,linkat,symlink,mmap,sendfile,copy_file_range"
)
# Its bytes in hexadecimal, however many there are.
OPTIONS = ["-f", "-xx", "-s", "1000000", "-e", "abbrev=none", "-e", f"trace={CALLS}"]

WHOLE = re.compile(rb"(\d+) +(\w+)\((.*)\) += (-?\d+|\?)", re.DOTALL)
BEGUN = re.compile(rb"(\d+) +(\w+)\((.*) <unfinished \.\.\.>$", re.DOTALL)
ENDED = re.compile(rb"(\d+) +<\.\.\. \w+ resumed>(.*)\) += (-?\d+|\?)", re.DOTALL)
STRING = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


class Call:
    """One system call. Its times are numbers of lines of the trace."""

    def __init__(self, name, arguments, result, start, end):
        self.name, self.arguments, self.result = name, arguments, result
        self.start, self.end = start, end

    def strings(self):
        found = []
        for digits, cut in STRING.findall(self.arguments):
            if cut:
                raise ValueError(f"line {self.start}: the trace does not hold all bytes")
            found.append(bytes.fromhex(digits.replace(b"\\x", b"").decode()))
        return found

    def number(self, index):
        """The argument at an index, of a call without strings before it."""
        return int(self.arguments.split(b",")[index])

    def last_number(self):
        return int(self.arguments.rsplit(b",", 1)[1])


def parse(lines):
    """The calls that did not fail, by their start. One that never returned has no end."""
    calls, begun = [], {}

    def add(name, arguments, result, start, end):
        # -1 with an error: nothing was done.
        if not result.startswith(b"-"):
            number = 0 if result == b"?" else int(result)
            calls.append(Call(name.decode(), arguments, number, start, end))

    for time, line in enumerate(lines):
        line = line.rstrip(b"\n")
        if whole := WHOLE.match(line):
            add(*whole.groups()[1:], time, time)
        elif first := BEGUN.match(line):
            begun[first[1]] = (first[2], first[3], time)
        elif rest := ENDED.match(line):
            name, arguments, start = begun.pop(rest[1])
            add(name, arguments + rest[2], rest[3], start, time)
    for name, arguments, start in begun.values():
        add(name, arguments, b"?", start, math.inf)
    return sorted(calls, key=lambda call: call.start)
