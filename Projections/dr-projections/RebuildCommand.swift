import ArgumentParser
import Dispatch
import EventLog
import Projections
import Synchronization

struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Build tables anew from the log.",
        discussion: """
            Readers see the old tables until the new ones are whole.

            Where old events have left the log for an archive, the tables begin with what they \
            said then, as it was kept beside the log; with --archive, they are built from all \
            events.
            """)

    @Argument(help: "The table. (default: all)")
    var view: ViewArgument?

    @Option(help: "The folder that old events were archived to.")
    var archive: String?

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            let reader = try data.reader()
            let store = try data.store(reader)
            let views = view.map { [$0.view] } ?? Views.all
            let archived = try archive.map { try Self.archived($0, reader) }
            // It blocks, and waits for the archive: not on a thread that the archive needs.
            try await onOwnThread { try store.rebuild(views, archive: archived) }
            for view in views { try tell(Line.text(view, store, head: reader.head())) }
        } catch {
            throw explained(error)
        }
    }

    private static func archived(
        _ folder: String, _ reader: EventReader
    ) throws -> EventSource.Archive {
        let events = ArchivedEvents(
            DirectoryArchive(folder), segments: try reader.archivedSegments(), reader: reader)
        return { position, limit in
            try waiting { try await events.events(from: position, limit: limit) }
        }
    }
}

private func onOwnThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "dr-projections").async {
            continuation.resume(with: Result { try body() })
        }
    }
}

/// Waits for what is asynchronous. Never called on a thread of the cooperative pool.
private func waiting<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
) throws -> Value {
    let answer = Answer<Value>()
    Task {
        do {
            answer.give(.success(try await body()))
        } catch {
            answer.give(.failure(error))
        }
    }
    return try answer.take()
}

private final class Answer<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let isThere = DispatchSemaphore(value: 0)

    func give(_ value: Result<Value, any Error>) {
        result.withLock { $0 = value }
        isThere.signal()
    }

    func take() throws -> Value {
        isThere.wait()
        return try result.withLock { $0 }!.get()
    }
}
