import DRTesting
import EventLog
import Merkle
import Testing

@testable import Projections

/// Two programs of different age, and one that reads while another builds.
struct ViewVersionTests {
    private let fixture = LogFixture()

    private func withViews<Result>(
        _ body: (ViewStore, EventReader) throws -> Result
    ) throws -> Result {
        let reader = try fixture.openReader()
        return try body(try whenClosed { try ViewStore(reader) }, reader)
    }

    private func texts(_ rows: [[UInt8]]) -> [String] {
        rows.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func aProgramWritesOnlyItsOwnVersion() async throws {
        try await fixture.write(History.events)
        let older = try withViews { store, _ in
            try store.catchUp(OlderView.self)
            #expect(try store.head(of: NewerView.self) == nil)
            #expect(try store.table(NewerView.self).rows == [])
            return (try store.head(of: OlderView.self), try store.digest(OlderView.self))
        }
        try withViews { store, _ in
            try store.rebuild(NewerView.self)
            try store.rebuild(NewerView.self)
            #expect(try texts(store.table(NewerView.self).rows) == ["2", "4"])
            #expect(try texts(store.table(OlderView.self).rows) == ["first", "second"])
            #expect(try store.head(of: OlderView.self) == older.0)
            #expect(try store.digest(OlderView.self) == older.1)
        }
    }

    @Test func bothVersionsGoOnSideBySide() async throws {
        try await fixture.write(History.events)
        try withViews { store, _ in try store.catchUp([OlderView.self, NewerView.self]) }
        try await fixture.write(
            [ScriptedEvent("run/c", .runRequested(RunRequested()))], after: 100)
        try withViews { store, _ in
            try store.catchUp(NewerView.self)
            #expect(try store.head(of: OlderView.self)?.position == 22)
            #expect(try store.head(of: NewerView.self)?.position == 23)
            try store.catchUp(OlderView.self)
            #expect(try texts(store.table(NewerView.self).rows) == ["2", "4", "23"])
            #expect(try texts(store.table(OlderView.self).rows) == ["first", "second", "third"])
        }
    }

    @Test func readersSeeTheOldRowsUntilTheNewOnesAreWhole() async throws {
        try await fixture.write(History.events)
        try withViews { store, _ in
            try store.catchUp(LogsView.self)
            let head = try #require(try store.head(of: LogsView.self))
            let rows = try store.table(LogsView.self).rows
            var seen: [Result<(ViewHead?, [[UInt8]]), any Error>] = []
            try store.rebuild(
                [LogsView.self],
                progress: { _, _ in
                    seen.append(
                        Result {
                            (try store.head(of: LogsView.self), try store.table(LogsView.self).rows)
                        })
                })
            #expect(!seen.isEmpty)
            for found in seen {
                let (seenHead, seenRows) = try found.get()
                #expect(seenHead == head)
                #expect(seenRows == rows)
            }
            #expect(try store.head(of: LogsView.self)?.generation == head.generation + 1)
            #expect(try store.table(LogsView.self).rows == rows)
        }
    }

    /// The older of two builds writes on after the younger one was whole, and tidied up.
    @Test func whatABuildWroteThatCameTooLateIsRemoved() async throws {
        try await fixture.write(History.events)
        // More than are stored at once.
        let logs = Array(repeating: TestEvent.logRecorded(LogRecorded()), count: 4500)
        try await fixture.writeAtOnce(logs, to: History.first, after: 100)
        try withViews { store, _ in
            var inner: Result<Void, any Error>?
            var batches = 0
            try store.rebuild(
                [LogsView.self],
                progress: { _, _ in
                    batches += 1
                    inner = inner ?? Result { try store.rebuild(LogsView.self) }
                })
            try #require(inner).get()
            #expect(batches > 1)
            let head = try #require(try store.head(of: LogsView.self))
            #expect(head.generation == 2)
            let late = StoredRows(store.file, generation: 1, of: LogsView.self)
            let rows = try store.table(LogsView.self).rows
            #expect(rows.count == 4514)
            for id in 1...UInt64(rows.count) {
                #expect(try late.value(RowKey.row(id)) == nil)
            }
        }
    }

    /// As two processes do that rebuild at once: each writes rows of its own.
    @Test func aRebuildWithinARebuildIsNotMixedUpWithIt() async throws {
        try await fixture.write(History.events)
        try withViews { store, reader in
            var inner: Result<ViewHead?, any Error>?
            try store.rebuild(
                Views.all,
                progress: { _, _ in
                    inner = Result {
                        try store.rebuild(Views.all)
                        return try store.head(of: TestsView.self)
                    }
                })
            // The younger one was whole first, and stays.
            let head = try #require(inner).get()
            #expect(try store.head(of: TestsView.self) == head)
            for view in Views.all {
                var folded = FoldedView(view)
                try folded.fold(reader, upTo: 22)
                #expect(try store.digest(view) == folded.digest, "\(view.name)")
            }
        }
    }
}

/// A table as an older program made it: how many tests had been asked for.
private enum OlderView: ReadModel {
    static let name = "counted"
    static let version: UInt8 = 1

    static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        guard case .runRequested = record.event else { return }
        let count = try rows.value(RowKey.count).map { RowKey.number($0) } ?? 0
        try rows.put(RowKey.bigEndian(count + 1), RowKey.count)
        let words = ["first", "second", "third"]
        try rows.put(Array(words[Int(count)].utf8), RowKey.row(record.position))
    }
}

/// The same table as a newer program makes it.
private enum NewerView: ReadModel {
    static let name = "counted"
    static let version: UInt8 = 2

    static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        guard case .runRequested = record.event else { return }
        try rows.put(Array("\(record.position)".utf8), RowKey.row(record.position))
    }
}
