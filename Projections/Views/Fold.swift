internal import EventLog

/// Views that are folded side by side: every event is decoded once for all of them.
struct Fold: Sendable {
    let views: [any ReadModel.Type]
    var tables: [RowTable]
    let filter: EventFilter

    init(_ views: [any ReadModel.Type], _ tables: [RowTable]) {
        (self.views, self.tables) = (views, tables)
        self.filter = EventFilter(views)
    }

    mutating func apply(_ step: FoldStep) throws {
        switch step {
        case .test(let record, number: let number):
            for index in filter.readers(of: number) {
                try views[index].apply(record, to: &tables[index])
            }
        case .retention(let retention):
            for index in views.indices {
                try views[index].apply(retention, to: &tables[index])
            }
        }
    }

    /// Begins in memory: with nothing, or with the dump that is kept beside a log whose beginning
    /// is archived.
    ///
    /// - Returns: the position that the tables show.
    mutating func begin(_ reader: EventReader, upTo last: UInt64) throws -> UInt64 {
        guard let base = try ViewBase.needed(by: reader), base.position <= last else { return 0 }
        for index in views.indices { try base.restore(views[index], in: &tables[index]) }
        return base.position
    }

    /// Folds the events after `position`, up to and with `last`, in memory.
    ///
    /// - Returns: the position reached: less than `last` if the log ends before it.
    mutating func add(
        _ source: EventSource, after position: UInt64, upTo last: UInt64, batch: Int = 5000
    ) throws -> UInt64 {
        var position = position
        while position < last {
            let limit = min(UInt64(batch), last - position)
            let events = try source.events(from: position + 1, limit: Int(limit))
            guard let end = events.last?.position else { break }
            for event in events {
                if let step = FoldStep(event, filter) { try apply(step) }
            }
            try finish()
            position = end
        }
        return position
    }

    /// Writes what was put off to the end of the batch.
    mutating func finish() throws {
        for index in views.indices { try views[index].finish(&tables[index]) }
    }

    /// Whether so much was folded that it should be stored.
    func isWorthWriting(since written: UInt64, _ position: UInt64) -> Bool {
        position - written >= 4000 || tables.contains { $0.added.bytes.count > 8 << 20 }
    }

    mutating func wasWritten() {
        for index in tables.indices { tables[index].wasWritten() }
    }
}

/// Which events are shown to which views.
struct EventFilter: Sendable {
    private static let known = 0..<128

    private let views: [any ReadModel.Type]
    private let readersByNumber: [[Int]]

    init(_ views: [any ReadModel.Type]) {
        self.views = views
        readersByNumber = Self.known.map { number in
            views.indices.filter { views[$0].reads(number) }
        }
    }

    /// The indices of the views that an event is shown to.
    func readers(of number: Int) -> [Int] {
        if Self.known.contains(number) { return readersByNumber[number] }
        return views.indices.filter { views[$0].reads(number) }
    }
}

/// An event that a fold can use, decoded.
enum FoldStep: Sendable {
    case test(TestRecord, number: Int)
    case retention(RetentionApplied)

    /// - Returns: `nil` for an event that is not known here, or that no view reads.
    init?(_ event: RecordedEvent, _ filter: EventFilter) {
        let number = event.record.number
        if number == RetentionApplied.number {
            guard let retention = try? RetentionApplied(payload: event.record.payload) else {
                return nil
            }
            self = .retention(retention)
        } else {
            guard !filter.readers(of: number).isEmpty, let record = TestRecord(event) else {
                return nil
            }
            self = .test(record, number: number)
        }
    }
}
