import ArgumentParser
import EventLog
import Foundation
import HTTPAPI

/// Where the log is, and where else settings are read.
struct DataOptions: ParsableArguments {
    @Option(name: .long, help: "The data directory. (default: $DR_DATA, else ./dr-data)")
    var data: String?

    @Option(help: "A file with lines NAME=value, for what the environment does not say.")
    var config: String?

    func settings() async throws -> ServerSettings { try await ServerSettings(file: config) }

    func directory(_ settings: ServerSettings) throws -> DataDirectory {
        .standard(data, environment: settings.environment)
    }
}

extension ServerSettings {
    /// What tokens are signed with. It is made if there is none, beside the keys of the log.
    func secret(
        in directory: DataDirectory, using generator: inout some RandomNumberGenerator
    ) throws -> [UInt8] {
        if let text = self[.secret] { return try APISecret.secret(from: text) }
        return try APISecret.secret(in: directory, using: &generator)
    }
}
