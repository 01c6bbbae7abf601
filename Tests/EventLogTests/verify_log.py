"""Checks an event log, with nothing of dr-testing.

    python3 verify_log.py DATA_DIRECTORY [--key KEY] [--checkpoint FILE]... [--archive DIRECTORY]

The bytes that are read here are described in Sources/EventLog/EventLog.docc/Format.md. What is
wrong is printed, a line for each problem; then, in any case, the number of events and the root of
the Merkle tree (RFC 6962) over them, in base64: the second and the third line of a checkpoint of
that size. The exit code is 1 if anything was wrong. It needs two packages, `lmdb` and
`cryptography`.

KEY is a public key of the log, or a file that holds it, which is trusted instead of the one in the
data directory. FILE is a checkpoint that was kept elsewhere. Events that are in an archive are
taken from DIRECTORY if it is given; otherwise their hashes have to do.
"""

import argparse
import base64
import collections
import hashlib
import os
import re
import struct
import sys

import lmdb
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# The core: the tree, the records and the notes.


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf(value):
    return sha256(b"\x00" + value)


def node(left, right):
    return sha256(b"\x01" + left + right)


class Tree:
    """Grows leaf by leaf: complete subtrees wait for their right neighbour."""

    def __init__(self):
        self.size = 0
        self.subtrees = []  # (level, hash), the greatest first

    def add(self, hash):
        """Returns each subtree that this leaf completes, with its level, the smallest first."""
        self.size += 1
        complete = [(0, hash)]
        while self.subtrees and self.subtrees[-1][0] == complete[-1][0]:
            level, right = complete[-1]
            complete.append((level + 1, node(self.subtrees.pop()[1], right)))
        self.subtrees.append(complete[-1])
        return complete

    def root(self):
        if not self.subtrees:
            return sha256(b"")
        result = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            result = node(left, result)
        return result


def varint(data, at):
    """Seven bits a byte, the lowest first. Returns the number and where it ends."""
    result = shift = 0
    while True:
        if at == len(data) or shift > 63:
            raise ValueError("a number has no end")
        result |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            if result >> 64:
                raise ValueError("a number has more than 64 bits")
            return result, at


def fields(message):
    """The fields of a protobuf message by their numbers: integers, or bytes."""
    result, at = {}, 0
    while at < len(message):
        tag, at = varint(message, at)
        content, at = varint(message, at)
        if tag & 7 == 2:
            content, at = message[at : at + content], at + content
        elif tag & 7 != 0:
            raise ValueError("a field is neither a number nor bytes")
        result[tag >> 3] = content
    if at != len(message):
        raise ValueError("a field goes on beyond the end")
    return result


def encoded(message):
    """The one canonical form: fields ascending, each once, numbers as short as they can be."""

    def short(number):
        result = bytearray()
        while number > 0x7F:
            result.append(number & 0x7F | 0x80)
            number >>= 7
        return bytes(result) + bytes([number])

    parts = []
    for number, content in sorted(message.items()):
        if isinstance(content, int):
            parts.append(short(number << 3) + short(content))
        else:
            parts.append(short(number << 3 | 2) + short(len(content)) + content)
    return b"".join(parts)


Record = collections.namedtuple(
    "Record", "id recorded clock stream revision stream_name following once number event"
)
ENVELOPE = {1: bytes, 2: int, 3: int, 4: int, 5: int, 6: bytes, 7: int, 8: int}


def record(value):
    """Reads a stored value: the envelope, and one event as the last field."""
    read = fields(value)
    number = max(read, default=0)
    envelope = {field: content for field, content in read.items() if field != number}
    if number < 16 or not isinstance(read[number], bytes) or len(envelope.get(1, b"")) != 16:
        raise ValueError("it has no event or no id")
    for field, content in envelope.items():
        # The clock stands there when it differs from the time recorded, and so may be 0.
        if not isinstance(content, ENVELOPE.get(field, ())) or not content and field != 3:
            raise ValueError(f"field {field} of the envelope is not as it must be")
    if envelope.get(3) == envelope.get(2, 0) or envelope.get(8, 1) != 1:
        raise ValueError("it states what goes without saying")
    if encoded(read) != value or len(value) > 65536:
        raise ValueError("it is not in canonical form")
    defaults = {2: 0, 3: envelope.get(2, 0), 4: 0, 5: 0, 6: b"", 7: 0, 8: 0}
    envelope = defaults | envelope
    envelope[6] = envelope[6].decode()
    return Record(*(envelope[field] for field in range(1, 9)), number, read[number])


class Key:
    """An Ed25519 key as signed notes have it: name, id and base64, joined by plus signs."""

    def __init__(self, text):
        self.text = text.strip()
        self.name, self.id, key = self.text.split("+", 2)
        key = base64.b64decode(key, validate=True)
        if key[0] != 1 or self.id != sha256(self.name.encode() + b"\n" + key)[:4].hex():
            raise ValueError("the id of a public key does not fit it")
        self.public = Ed25519PublicKey.from_public_bytes(key[1:])

    def __eq__(self, other):
        return self.text == other.text


class Checkpoint:
    """A C2SP signed note: which log, how many events, and the root over them."""

    def __init__(self, note):
        text, _, signatures = note.rpartition("\n\n")
        self.text, self.lines = text + "\n", signatures.split("\n")
        origin, size, root = text.split("\n")
        self.size, self.root = int(size), base64.b64decode(root, validate=True)
        name = re.fullmatch(r"dr-testing/log/([0-9a-f]{32})(?:/([1-9][0-9]*))?", origin)
        if not name or str(self.size) != size or len(self.root) != 32 or self.lines.pop() != "":
            raise ValueError("it is no checkpoint of an event log")
        self.log_id, self.epoch = bytes.fromhex(name[1]), int(name[2] or 0)

    def signers(self, keys):
        """Which of the keys signed this. A wrong signature by one of them spoils the note."""
        signers = []
        for line in self.lines:
            dash, name, blob = line.split(" ")
            signature = base64.b64decode(blob, validate=True)
            for key in keys:
                if (dash, name, signature[:4].hex()) == ("\u2014", key.name, key.id):
                    key.public.verify(signature[4:], self.text.encode())  # or raises
                    signers.append(key)
        return signers


# The checks.

LEVELS = (0, 8, 16, 24)  # of the tree: the hashes between are not stored
CHUNK = 32  # hashes
CREATED, KEY_ROTATED, LOG_REOPENED, SEGMENT_ARCHIVED = 16, 18, 19, 43

# `epoch` is 0 unless the log was reopened, when it had `size` events with this root.
Change = collections.namedtuple("Change", "position value old new size root epoch")
Segment = collections.namedtuple("Segment", "first last root name digest")


def big_endian(stored):
    if stored is None or len(stored) != 8:
        raise ValueError("a number is missing or damaged")
    return int.from_bytes(stored, "big")


class Log:
    """One snapshot of a log, and what is wrong with it."""

    def __init__(self, transaction, databases, archive):
        self.transaction, self.databases, self.archive = transaction, databases, archive
        self.problems = []
        self.log_id = self.get("meta", b"log_id")
        self.first, self.last = (big_endian(self.get("meta", key)) for key in (b"first", b"last"))
        # Every event is held, or to be read from the archive.
        self.is_whole = self.first == 1 or archive is not None
        self.heads = collections.defaultdict(list)  # size: what must have which root there
        self.checkpoints, self.changes, self.segments, self.unpacked = [], [], [], {}
        self.tree = Tree()
        self.chunks = {level: [] for level in LEVELS}
        self.rows_of_streams = {}  # number: name, revision and position of the last event
        self.streams = {}  # the same, as the events have it
        self.recorded = self.once = 0
        self.following = 0  # so many events of the append are still to come; None: not known

    def get(self, database, key):
        return self.transaction.get(key, db=self.databases[database])

    def event(self, position):
        return self.get("events", struct.pack("=Q", position))  # in this machine's byte order

    def rows(self, database, prefix=b""):
        cursor = self.transaction.cursor(self.databases[database])
        found = cursor.set_range(prefix) if prefix else cursor.first()
        while found and cursor.key().startswith(prefix):
            yield cursor.key()[len(prefix) :], cursor.value()
            found = cursor.next()

    def count(self, database):
        return self.transaction.stat(self.databases[database])["entries"]

    def report(self, problem, position=None):
        self.problems.append(f"position {position}: {problem}" if position else problem)

    def check(self, files, key):
        steps = [
            self.check_marks,
            lambda: self.read_checkpoints(files),
            self.read_changes,
            self.read_segments,
            self.read_streams,
            self.check_events,
            self.check_tree,
            self.check_streams,
            self.check_appends,
            self.check_once,
            lambda: self.check_signatures(key),
        ]
        for step in steps:
            try:
                step()
            except Exception as error:  # whatever damaged bytes lead to
                self.report(f"what is stored cannot be read: {error!r}")

    def check_marks(self):
        if self.get("meta", b"magic") != b"dr-testing event log":
            self.report("this is no event log")
        if big_endian(self.get("meta", b"format")) != 1:
            self.report("the log has another format")

    # The events

    def check_events(self):
        cursor = self.transaction.cursor(self.databases["events"])
        end = struct.unpack("=Q", cursor.key())[0] if cursor.last() else 0
        if end != self.last:
            self.report(f"the log should end at {self.last}, but its last event is at {end}")
        held = 0
        for position in range(1, min(self.last, end) + 1):
            stored = self.event(position)
            held += stored is not None
            value = stored or self.archived(position)
            if value is None:
                if position >= self.first:
                    self.report("the event is missing", position)
                self.following = None
                self.grow(self.stored_leaf(position))
            else:
                self.check_event(value, position)
                self.grow(leaf(value))
        if held != self.count("events"):
            self.report("there are events with keys that are no positions of the log")
        if self.following:
            self.report(f"the last append is {self.following} events short", self.tree.size)
        if self.recorded != big_endian(self.get("meta", b"recorded")):
            self.report("the mark of the last time is wrong")

    def check_event(self, value, position):
        try:
            event = record(value)
            self.check_place(event, position)
            self.check_append(event, position)
            self.check_meaning(event, value, position)
        except Exception as error:  # whatever damaged bytes lead to
            self.report(f"the event is not as it was written: {error!r}", position)
            self.following = None

    def check_place(self, event, position):
        if event.recorded < self.recorded:
            self.report("the event is recorded earlier than the one before", position)
        self.recorded = event.recorded
        row = self.rows_of_streams.get(event.stream, (None, 0, 0))
        _, revision, _ = self.streams.get(event.stream, (None, 0, 0))
        if revision == 0 and self.may_lack(row):
            revision = event.revision - 1  # its beginning may be archived
        elif revision == 0 and self.is_whole and event.stream != len(self.streams) + 1:
            self.report("the event begins a stream out of order", position)
        if event.revision != revision + 1:
            self.report("the event does not continue its stream", position)
        if event.stream_name != (row[0] if event.revision == 1 else ""):
            self.report("the event names another stream than its row, or none", position)
        self.streams[event.stream] = (row[0], event.revision, position)

    def may_lack(self, row):
        """Only runs leave the log, and only from its beginning."""
        return not self.is_whole and row[0].startswith("run/")

    def check_append(self, event, position):
        """The events of one append stand together, and each says how many follow."""
        if self.following:
            if (event.stream, event.following) != (self.last_stream, self.following - 1):
                self.report("the event is not part of the append it stands in", position)
        else:
            row = self.get("appends", struct.pack(">QQ", event.stream, event.revision))
            # After archived events, this may be the middle of an append.
            if row or self.following == 0:
                if row != struct.pack(">QQ", position, event.following + 1):
                    self.report("the row of the append is wrong", position)
        self.following, self.last_stream = event.following, event.stream

    def check_meaning(self, event, value, position):
        if event.once:
            self.once += 1
            if self.get("once", event.id) != struct.pack(">Q", position):
                self.report("the row of the unique id is wrong", position)
        if (event.number == CREATED) != (position == 1):
            self.report("a log begins with the event that it was created, and only so", position)
        if event.number == CREATED and fields(event.event).get(1) != self.log_id:
            self.report("the event names another log", position)
        if event.number in (KEY_ROTATED, LOG_REOPENED):
            self.changes.append(change(value, position))

    # The tree

    def stored_leaf(self, position):
        chunk, offset = divmod(position - 1, CHUNK)
        hashes = self.get("tiles", struct.pack(">BQ", 0, chunk)) or b""
        if len(hashes) < 32 * offset + 32:
            self.report("the event has no hash in the tree", position)
        return hashes[32 * offset : 32 * offset + 32]

    def grow(self, hash):
        for level, complete in self.tree.add(hash):
            if level in LEVELS:
                self.chunks[level].append(complete)
                if len(self.chunks[level]) == CHUNK:
                    self.compare_chunk(level)
        for what, root in self.heads.pop(self.tree.size, []):
            if root != self.tree.root():
                self.report(f"{what} has another root than the events", self.tree.size)

    def compare_chunk(self, level):
        hashes, self.chunks[level] = self.chunks[level], []
        chunk = ((self.tree.size >> level) - 1) // CHUNK
        stored = self.get("tiles", struct.pack(">BQ", level, chunk)) or b""
        if stored != b"".join(hashes):
            differ = [stored[32 * i : 32 * i + 32] != hash for i, hash in enumerate(hashes)]
            offset = differ.index(True) if True in differ else len(hashes)
            self.report(
                f"the stored hash of level {level} does not follow from the events",
                (chunk * CHUNK + offset << level) + 1,
            )

    def check_tree(self):
        """What is left after the last event."""
        for level in LEVELS:
            if self.chunks[level]:
                self.compare_chunk(level)
        sizes = [self.tree.size >> level for level in LEVELS]
        if self.count("tiles") != sum((size + CHUNK - 1) // CHUNK for size in sizes):
            self.report("the tree has more stored hashes than events, or fewer")
        for size, heads in sorted(self.heads.items()):
            for what, _ in heads:
                self.report(f"{what} is over {size} events: the log was cut off, or replaced")

    # The rows that lead to events

    def read_streams(self):
        for key, row in self.rows("streams"):
            stream, *end = struct.unpack(">QQQ", row)
            self.rows_of_streams[stream] = (key.decode(), *end)
        if sorted(self.rows_of_streams) != list(range(1, self.count("streams") + 1)):
            self.report("the numbers of the streams are not those from 1 on")

    def check_streams(self):
        for stream, row in self.rows_of_streams.items():
            if stream not in self.streams:
                if not self.may_lack(row) or row[2] >= self.first:
                    self.report(f"stream {row[0]} has a row, but no event")
            elif self.streams[stream] != row:
                self.report(f"the row of stream {row[0]} is wrong", self.streams[stream][2])

    def check_appends(self):
        """Each position is in one append, and each revision, also if it is archived."""
        revisions, spans = dict.fromkeys(self.rows_of_streams, 0), []
        for key, row in self.rows("appends"):
            (stream, revision), (position, count) = (struct.unpack(">QQ", x) for x in (key, row))
            if revisions.get(stream) != revision - 1:
                self.report(f"the appends to stream {stream} have a gap before {revision}")
            revisions[stream] = revision - 1 + count
            spans.append((position, count))
        end = 0
        for position, count in sorted(spans):
            if position != end + 1:
                self.report("the appends have a gap, or overlap", end + 1)
            end = position + count - 1
        last = {stream: row[1] for stream, row in self.rows_of_streams.items()}
        if end != self.tree.size or revisions != last:
            self.report("the rows of appends are not those of all events")

    def check_once(self):
        for id, row in self.rows("once"):
            value = self.event(big_endian(row))
            if value is None and big_endian(row) < self.first:
                continue
            event = record(value or b"")
            if not event.once or event.id != id:
                self.report(f"the row of the unique id {id.hex()} leads to another event")
        if self.is_whole and self.count("once") != self.once:
            self.report("there are more unique ids than events that have one")

    # What is archived

    def read_segments(self):
        """What left the log is named by it, range by range."""
        end = 0
        for key, row in self.rows("meta", b"segment/"):
            position, value = big_endian(row[:8]), row[8:]
            event = record(value)
            read = fields(event.event)
            segment = Segment(read[1], read[2], read[3], read[5].decode(), read[6])
            if leaf(value) != self.stored_leaf(position) or event.number != SEGMENT_ARCHIVED:
                self.report("the copy of the note of an archived segment is wrong", position)
            if not big_endian(key) == segment.first == end + 1 < self.first:
                self.report("the archived segments have a gap", segment.first)
            end = segment.last
            self.heads[end].append((f"segment {segment.name}", segment.root))
            self.segments.append(segment)
        if not 1 <= self.first <= end + 1:
            self.report("the mark of the first position is wrong", end + 1)

    def archived(self, position):
        """The value of an event that left the log, if there is an archive to look in."""
        if self.archive is None or position >= self.first:
            return None
        if position not in self.unpacked:
            found = [each for each in self.segments if each.first <= position <= each.last]
            self.unpacked = self.unpack(found[0]) if found else {}
        return self.unpacked.get(position)

    def unpack(self, segment):
        with open(f"{self.archive}/{segment.name}", "rb") as file:
            data = file.read()
        header = b"dr-testing log segment 1" + self.log_id
        header += struct.pack(">QQ", segment.first, segment.last) + segment.root
        if sha256(data) != segment.digest or sha256(data[:-32]) != data[-32:]:
            self.report(f"{segment.name} is not what was put into the archive")
        if data[:88] != header:
            self.report(f"{segment.name} holds other events than the log says")
        values, at = {}, 88
        for position in range(segment.first, segment.last + 1):
            start, at = at + 4, at + 4 + int.from_bytes(data[at : at + 4], "big")
            values[position] = data[start:at]
        if at != len(data) - 32:
            self.report(f"{segment.name} has more than its events, or less")
        return values

    # The checkpoints, and the keys that signed them

    def read_checkpoints(self, files):
        """Notes which roots are to be met while the tree grows."""
        notes = [(None, big_endian(key), note) for key, note in self.rows("checkpoints")]
        for name in files:
            with open(name, "rb") as file:
                notes.append((name, None, file.read()))
        for name, size, note in notes:
            what = name or f"checkpoint {size}"
            try:
                checkpoint = Checkpoint(note.decode())
            except Exception as error:  # whatever damaged bytes lead to
                self.report(f"{what} cannot be read: {error!r}")
                continue
            if checkpoint.log_id != self.log_id or size not in (None, checkpoint.size):
                self.report(f"{what} is of another log, or of another size")
            self.checkpoints.append((what, name is None, checkpoint))
            self.heads[checkpoint.size].append((what, checkpoint.root))

    def read_changes(self):
        """`meta` has a copy of each event that changed the key."""
        self.copies = [change(value, big_endian(key)) for key, value in self.rows("meta", b"key/")]
        for copy in self.copies:
            if copy.epoch:
                what = f"the log that was reopened at position {copy.position}"
                self.heads[copy.size].append((what, copy.root))

    def check_signatures(self, trusted):
        if [copy[:2] for copy in self.copies] != [change[:2] for change in self.changes]:
            self.report("the copies of the changes of the key are not those events")
        if self.epoch(self.last) != big_endian(self.get("meta", b"epoch") or bytes(8)):
            self.report("the mark of the epoch is wrong")
        keys = [self.changes[0].old if self.changes else trusted]
        keys += [change.new for change in self.changes]
        if trusted not in keys:
            return self.report("the key that is trusted is none of the keys of this log")
        signers = {}  # of the checkpoints inside
        for what, is_inside, checkpoint in self.checkpoints:
            try:
                found = checkpoint.signers(keys)
            except Exception as error:  # whatever damaged bytes lead to
                self.report(f"{what} has a wrong signature: {error!r}")
                continue
            if is_inside:
                signers[checkpoint.size] = found
            self.check_signature(what, is_inside, checkpoint, keys[0], found)
        for index, change in enumerate(self.changes):
            if change.old != keys[index]:
                self.report("the key that is replaced is not the one before", change.position)
            # Who trusts the old key trusts the new one only if the old one signed for it.
            needed = [change.old, change.new] if index >= keys.index(trusted) else [change.new]
            for key in needed:
                if key not in signers.get(change.position, []):
                    problem = f"no checkpoint with the change of the key is signed by {key.text}"
                    self.report(problem, change.position)

    def check_signature(self, what, is_inside, checkpoint, key, signers):
        for change in self.changes:
            if change.position <= checkpoint.size and change.epoch <= checkpoint.epoch:
                key = change.new
        if key not in signers:
            self.report(f"{what} is not signed by the key of its time")
        if is_inside and checkpoint.epoch != self.epoch(checkpoint.size):
            self.report(f"{what} is of another epoch than the log was then")
        ends = [change.size for change in self.changes if change.epoch > checkpoint.epoch]
        if checkpoint.epoch > self.epoch(self.last) or checkpoint.size > min(
            ends, default=checkpoint.size
        ):
            self.report(f"{what} is of a part of the log that is lost")

    def epoch(self, size):
        epochs = [change.epoch for change in self.changes if change.position <= size]
        return max(epochs, default=0)


def change(value, position):
    """Reads an event `key_rotated` or `log_reopened`."""
    event = record(value)
    read = fields(event.event)
    if event.number == KEY_ROTATED:
        old, new, at = read[1], read[2], (None, None, 0)
    else:
        old, new, at = read[7], read[8], (read.get(3, 0), read[4], read[6])
    return Change(position, value, Key(old.decode()), Key(new.decode()), *at)


def main():
    parser = argparse.ArgumentParser(description="Checks an event log.")
    parser.add_argument("data", help="the data directory")
    parser.add_argument("--key", help="a public key of the log, or a file that holds it")
    parser.add_argument("--checkpoint", action="append", default=[], help="a file kept elsewhere")
    parser.add_argument("--archive", help="the directory with the events that left the log")
    options = parser.parse_args()
    key = options.key or f"{options.data}/keys/checkpoint.pub"
    if "+" not in key or os.path.exists(key):
        with open(key, encoding="utf-8") as file:
            key = file.read()
    names = ("meta", "events", "tiles", "streams", "appends", "once", "checkpoints")
    environment = lmdb.open(
        f"{options.data}/log", max_dbs=16, map_size=1 << 38, readonly=True, create=False
    )
    databases = {
        name: environment.open_db(name.encode(), create=False, integerkey=name == "events")
        for name in names
    }
    with environment.begin() as transaction:  # one snapshot, also of a log that is in use
        log = Log(transaction, databases, options.archive)
        log.check(options.checkpoint, Key(key))
    print(*log.problems, sep="\n", end="\n" if log.problems else "")
    if not log.is_whole:
        print(f"of archived events up to {log.first - 1}, the stored hashes were taken")
    print(log.tree.size, base64.b64encode(log.tree.root()).decode())
    sys.exit(1 if log.problems else 0)


try:
    main()
except (OSError, ValueError, lmdb.Error) as error:
    sys.exit(f"the log cannot be checked: {error}")
