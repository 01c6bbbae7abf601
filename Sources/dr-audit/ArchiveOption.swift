import Archive
import ArgumentParser
import EventLog
import Foundation

/// Where an archive is, as it is named on the command line.
struct ArchiveArgument: ExpressibleByArgument {
    static let help = ArchiveLocation.help
    static let bucketHelp = BucketAccess.help

    private let location: ArchiveLocation

    init?(argument: String) {
        guard let location = ArchiveLocation(argument) else { return nil }
        self.location = location
    }

    /// Whether it would be lost together with a data directory.
    func isInside(_ directory: DataDirectory) -> Bool {
        guard case .folder(let path) = location else { return false }
        return directory.contains(path)
    }

    /// Opens the archive while `body` runs.
    ///
    /// - Throws: exit code 64 if the environment does not say how to reach a bucket; or what `body`
    ///   throws.
    func withStore<Value: Sendable>(
        _ body: (any ArchiveStore) async throws -> Value
    ) async throws -> Value {
        do {
            let environment = ProcessInfo.processInfo.environment
            return try await location.withStore(
                environment: environment, agent: "dr-audit", body)
        } catch let error as BucketUnknown {
            complain("\(error)")
            throw ExitCode.usage
        }
    }
}

/// The option of the commands that read events.
struct ArchiveOption: ParsableArguments {
    @Option(help: "Where the events are that have left the log: \(ArchiveArgument.help).")
    var archive: ArchiveArgument?

    /// Opens the archive of a log, if one was given, while `body` runs.
    ///
    /// - Throws: as `ArchiveArgument.withStore`.
    func withLog<Value: Sendable>(
        _ reader: EventReader, _ body: (WholeLog) async throws -> Value
    ) async throws -> Value {
        guard let archive else { return try await body(WholeLog(reader)) }
        return try await archive.withStore { store in
            let segments = try reader.archivedSegments()
            let archived = ArchivedEvents(store, segments: segments, reader: reader)
            return try await body(WholeLog(reader, archived))
        }
    }
}
