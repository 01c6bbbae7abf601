"""Rebuilds files as they could stand after a power cut, at moments sampled by a seed.

    python3 power_cut.py options            the options that strace needs, one a line
    python3 power_cut.py cut TRACE ROOT SEED FIRST COUNT INTO [lying]

TRACE is what strace wrote of a run that made its files below ROOT. Cut number N becomes the folder
INTO/N, with what was below ROOT then, and the file INTO/N.acked: all that the run had acknowledged.
It depends only on the trace, the seed and N. Prints a line for each cut.

What survives a cut: every write that was made durable, by an fsync or fdatasync of its file that
returned or because the file was opened with O_DSYNC; and any of the others that had begun, whole or
some of their 512-byte sectors. Names in a folder are durable after an fsync of the folder; of later
changes of names any first few survive, as from a journal. Of a new file not even the name is sure.

With `lying`, the disk says that data is durable when it is not: to see that a loss is found at all.
"""

import math
import os
import random
import sys

# The folder of the sources stays as it is.
sys.dont_write_bytecode = True

import calls
from recording import Recording, move

SECTOR = 512
# Every so often a cut while the first files are made, which takes only a moment of the run.
EARLY = 4


class Cut:
    def __init__(self, recording, seed, number):
        self.recording = recording
        self.random = random.Random(f"{seed} {number}")
        first = recording.names[0].start
        acked = (time for time, data in recording.printed if b"acked " in data)
        end = next(acked, recording.last) if number % EARLY == 0 else recording.last
        self.time = self.random.randint(first, end)
        # Sometimes nearly all of what is not sure is lost, sometimes nearly nothing.
        self.luck = self.random.choice([0, 0.1, 0.5, 0.5, 0.9, 1])
        self.pending = 0

    def survivors(self, changes):
        """The changes of bytes that stand, in order, each with its sectors or None for all."""
        for change in changes:
            if change.durable <= self.time:
                yield change, None
            elif change.start <= self.time:
                self.pending += 1
                if change.offset is None or self.random.random() < 0.5:
                    if self.random.random() < self.luck:
                        yield change, None
                else:
                    yield change, self.sectors(change)

    def sectors(self, change):
        first = change.offset // SECTOR
        last = (change.offset + len(change.data) - 1) // SECTOR
        return [s for s in range(first, last + 1) if self.random.random() < self.luck]

    def contents(self):
        """The bytes of each file."""
        files = {}
        for change, sectors in self.survivors(self.recording.writes):
            file = files.setdefault(change.inode, bytearray())
            if change.offset is None:
                del file[change.size :]
                file.extend(bytes(change.size - len(file)))
            else:
                for start, data in pieces(change, sectors):
                    file.extend(bytes(max(start - len(file), 0)))
                    file[start : start + len(data)] = data
        return files

    def tree(self):
        """What there is by which name: an inode, or None for a folder."""
        begun = [change for change in self.recording.names if change.start <= self.time]
        unsure = [change for change in begun if change.durable > self.time]
        lost = unsure[self.random.randint(0, len(unsure)) :]
        tree = {folder: None for folder in self.recording.before}
        for change in begun:
            if change in lost:
                continue
            if change.kind == "rename":
                move(tree, change.old, change.path)
            elif change.kind == "unlink":
                tree.pop(change.path, None)
            else:
                tree[change.path] = change.file if change.kind == "file" else None
        return {path: inode for path, inode in tree.items() if self.is_reached(path, tree)}

    def is_reached(self, path, tree):
        while path != self.recording.root:
            path = os.path.dirname(path)
            if path not in tree:
                return False
        return True

    def write(self, target):
        files = self.contents()
        for path, inode in sorted(self.tree().items()):
            place = target + path[len(self.recording.root) :]
            if inode is None:
                os.makedirs(place, mode=0o700, exist_ok=True)
            elif not place.endswith("/lock.mdb"):
                save(place, files.get(inode, b""))
        # LMDB writes its locks through memory: anything may be there, or nothing.
        for folder in (f"{target}/data/log", f"{target}/data/log.new"):
            if os.path.isdir(folder) and (kind := self.random.randint(0, 2)):
                junk = bytes(65664) if kind == 1 else self.random.randbytes(65664)
                save(f"{folder}/lock.mdb", junk)
        printed = b"".join(data for time, data in self.recording.printed if time <= self.time)
        # The last line may not be whole.
        save(f"{target}.acked", printed[: printed.rfind(b"\n") + 1])


def pieces(change, sectors):
    if sectors is None:
        yield change.offset, change.data
        return
    for sector in sectors:
        start = max(sector * SECTOR, change.offset)
        end = min((sector + 1) * SECTOR, change.offset + len(change.data))
        yield start, change.data[start - change.offset : end - change.offset]


def save(path, data):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def cut(trace, root, seed, first, count, into, disk="honest"):
    with open(trace, "rb") as lines:
        recording = Recording(calls.parse(lines), root)
    if disk == "lying":
        for change in recording.writes:
            change.durable = math.inf
    for number in range(int(first), int(first) + int(count)):
        sample = Cut(recording, seed, number)
        sample.write(f"{into}/{number}")
        print(
            f"cut {number} at line {sample.time} of the trace: {sample.pending} writes not sure,"
            f" luck {sample.luck}"
        )


if sys.argv[1] == "options":
    print("\n".join(calls.OPTIONS))
else:
    cut(*sys.argv[2:])
