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

    /// Opens the archive of a log while `body` runs.
    ///
    /// - Throws: exit code 64 if the environment does not say how to reach a bucket; or what `body`
    ///   throws.
    func withEvents(
        of reader: EventReader, _ body: (ArchivedEvents) async throws -> Void
    ) async throws {
        do {
            let environment = ProcessInfo.processInfo.environment
            try await location.withStore(
                environment: environment, agent: "dr-projections"
            ) { store in
                let segments = try reader.archivedSegments()
                try await body(ArchivedEvents(store, segments: segments, reader: reader))
            }
        } catch let error as BucketUnknown {
            complain("\(error)")
            throw ExitCode(64)
        }
    }
}
