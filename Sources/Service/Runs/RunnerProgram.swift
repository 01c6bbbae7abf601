internal import EventLog
internal import Subprocess
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// The program that carries out runs.
struct RunnerProgram: Sendable {
    /// What it did, after it ended.
    struct Ended: Sendable {
        let status: TerminationStatus
        /// What it printed on standard output.
        let output: [UInt8]
        /// The last line that it printed on standard error.
        let complaint: String
    }

    /// What is for the server alone.
    private static let withheld: [Environment.Key] = ["DR_JWT_SECRET", "DR_JWKS"]

    let path: String
    let directory: DataDirectory
    /// Beside the variables of this process, and in their place.
    let settings: [String: String]

    var isThere: Bool { access(path, X_OK) == 0 }

    /// Runs it to its end, in a session of its own: signals for the server do not reach it, and it
    /// goes on when the server is killed.
    ///
    /// - Parameter input: what it finds on standard input.
    func run(_ arguments: [String], input: String = "") async throws -> Ended {
        let folder = directory.runs
        let given = try NamelessFile(in: folder, holding: Array(input.utf8))
        let (output, complaint) = (try NamelessFile(in: folder), try NamelessFile(in: folder))
        var options = PlatformOptions()
        options.createSession = true
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments), environment: environment,
            platformOptions: options,
            input: .fileDescriptor(given.descriptor, closeAfterSpawningProcess: false),
            output: .fileDescriptor(output.descriptor, closeAfterSpawningProcess: false),
            error: .fileDescriptor(complaint.descriptor, closeAfterSpawningProcess: false))
        // They must be open until then, whoever uses them last here.
        return withExtendedLifetime(given) {
            Ended(
                status: result.terminationStatus, output: output.contents(),
                complaint: Self.lastLine(of: complaint.contents()))
        }
    }

    private var environment: Environment {
        var changes: [Environment.Key: String?] = [:]
        for key in Self.withheld { changes.updateValue(nil, forKey: key) }
        for (name, value) in settings {
            if let key = Environment.Key(rawValue: name) { changes.updateValue(value, forKey: key) }
        }
        return Environment.inherit.updating(changes)
    }

    private static func lastLine(of bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).last
            .map(String.init) ?? ""
    }
}

extension TerminationStatus {
    var isExitZero: Bool {
        if case .exited(0) = self { true } else { false }
    }
}
