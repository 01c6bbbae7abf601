internal import LMDB
internal import Merkle
internal import Wire

extension EventReader {
    /// The first position whose event is held in the log; those before it are archived. Of lasting
    /// streams, earlier events may be read too, by the name of the stream.
    public func firstPosition() throws -> UInt64 {
        try slot.with { log in try log.environment.read { try log.number("first", in: $0) } }
    }

    /// What has left the log, in ascending order and without gaps. While the events of the last
    /// segment are being removed, some of them may still be there.
    public func archivedSegments() throws -> [ArchivedSegment] {
        try slot.with { log in
            try log.environment.read { try log.archivedSegments(in: $0).map(\.segment) }
        }
    }

    /// The stored values from `position` on, up to `last`, each compared with its hash in the
    /// tree: at most 4 MB, but at least one.
    func checkedValues(from position: UInt64, through last: UInt64) throws -> [[UInt8]] {
        try slot.with { log in
            var values: [[UInt8]] = []
            var bytes = 0
            try log.environment.read { transaction in
                try log.checkHeld(position, in: transaction)
                try transaction.forEach(in: log.events, from: .integer(position)) { key, value in
                    guard case .integer(let found) = key, found <= last else { return .stop }
                    let next = position + UInt64(values.count)
                    let value = value.withUnsafeBytes { Array($0) }
                    guard found == next,
                        try log.leafHash(at: next, in: transaction) == .leaf(value)
                    else {
                        throw EventLogError(
                            .damaged,
                            "the event at position \(next) is missing or was changed: run "
                                + "dr-audit verify; nothing was archived")
                    }
                    values.append(value)
                    bytes += value.count
                    return bytes < 4 << 20 ? .continue : .stop
                }
            }
            if values.isEmpty {
                throw EventLogError(.damaged, "the event at position \(position) is missing")
            }
            return values
        }
    }

    /// The tree's hashes of the events in a range of positions.
    func leafHashes(of range: ClosedRange<UInt64>) throws -> [MerkleHash] {
        try slot.with { log in
            try log.environment.read { transaction in
                var hashes: [MerkleHash] = []
                var index = range.lowerBound - 1
                while index < range.upperBound {
                    let chunk = try Tiles.chunk(
                        level: 0, index: index / Tiles.chunkWidth, of: log, in: transaction)
                    let wanted = chunk.dropFirst(Int(index % Tiles.chunkWidth))
                        .prefix(Int(range.upperBound - index))
                    if wanted.isEmpty {
                        throw EventLogError(.damaged, "hashes of the tree are missing")
                    }
                    hashes += wanted
                    index += UInt64(wanted.count)
                }
                return hashes
            }
        }
    }

    // MARK: Before archiving

    /// The first position that has to stay in the log, if those before `limit` are to leave it:
    /// that of the first event held, if none can leave.
    func cut(
        before limit: UInt64, isFinished: ([RecordedEvent]) -> Bool
    ) throws -> UInt64 {
        // Read first: a run that begins from here on lies above.
        let limit = min(limit, try head().position + 1)
        let first = try firstPosition()
        var runs: [ArchivePlan.Run] = []
        for (name, stream) in try runStreams() where stream.position >= first {
            let begin = try position(ofFirstIn: stream)
            // A run that left the log may have been added to since: that can follow it.
            if begin < first || begin >= limit { continue }
            let tail = UInt64(ArchivePlan.tailLength)
            let last = try events(
                ofStream: name, after: stream.revision - min(stream.revision, tail))
            runs.append(
                ArchivePlan.Run(
                    positions: begin...stream.position, isFinished: isFinished(last)))
        }
        let cut = ArchivePlan.cut(before: limit, runs: runs)
        // Where no run ended, nothing would leave the log.
        return runs.contains { $0.positions.upperBound < cut } ? cut : first
    }

    private func position(ofFirstIn stream: StreamHead) throws -> UInt64 {
        try slot.with { log in
            try log.environment.read { transaction in
                let found = try log.position(
                    ofRevision: 1, inStream: stream.number, in: transaction)
                guard let found else {
                    throw EventLogError(.damaged, "stream \(stream.number) is not indexed")
                }
                return found
            }
        }
    }

    private func runStreams() throws -> [(name: String, head: StreamHead)] {
        try slot.with { log in
            var streams: [(name: String, head: StreamHead)] = []
            let prefix = Array(ArchivePlan.streamPrefix.utf8)
            try log.environment.read { transaction in
                try transaction.forEach(in: log.streams, from: .bytes(prefix)) { key, value in
                    guard case .bytes(let name) = key, name.starts(with: prefix) else {
                        return .stop
                    }
                    let head = try StreamHead(stored: value.withUnsafeBytes { Array($0) })
                    streams.append((String(decoding: name, as: UTF8.self), head))
                    return .continue
                }
            }
            return streams
        }
    }

    /// The segments that the log says are archived, and whose events have not all been removed.
    func segmentsToRemove() throws -> [RecordedSegment] {
        let first = try firstPosition()
        var found: [RecordedSegment] = []
        var rest = try revision(ofStream: LogEvent.streamName)
        // The newest are the last: below `first` there is nothing left to do.
        while rest > 0 {
            rest -= 1
            let event = try events(ofStream: LogEvent.streamName, after: rest, limit: 1)[0]
            if event.position < first { break }
            let segment = try RecordedSegment(
                position: event.position, stored: event.record.encoded)
            if let segment, segment.segment.last >= first { found.insert(segment, at: 0) }
        }
        return found
    }
}
