public import EventLog
internal import Subprocess
internal import SystemPackage
internal import Wire

/// Has `dr-audit` check a log: in a process of its own, since a damaged file can end whoever reads
/// it.
public struct AuditProgram: IntegrityChecking {
    private static let maximumOutput = 1 << 20
    /// The exit code of `dr-audit verify` for a log that is not intact.
    private static let notIntact: Int32 = 3

    private let path: String
    private let directory: DataDirectory

    /// - Parameter path: of the program.
    public init(path: String, directory: DataDirectory) {
        (self.path, self.directory) = (path, directory)
    }

    public func problems() async throws -> [String] {
        let result = try await Subprocess.run(
            .path(FilePath(path)),
            arguments: ["verify", "--json", "--data=\(directory.path)"],
            environment: environment, input: .none, output: .string(limit: Self.maximumOutput),
            error: .discarded)
        switch result.terminationStatus {
        case .exited(0): return []
        case .exited(Self.notIntact): return Self.problems(in: result.standardOutput)
        default:
            throw AuditProgramError(status: "\(result.terminationStatus)")
        }
    }

    /// It looks for heads outside where this process does, which a file may have told it.
    private var environment: Environment {
        guard let checkpoints = directory.checkpoints else { return .inherit }
        return .inherit.updating(["DR_CHECKPOINT_DIR": checkpoints])
    }

    /// - Returns: at least one: the exit code is the finding.
    static func problems(in document: String) -> [String] {
        let listed = (try? JSONValue(json: document))?["problems"]?.arrayValue ?? []
        let messages = listed.compactMap { $0["message"]?.stringValue }
        return messages.isEmpty ? ["dr-audit verify found it changed"] : messages
    }
}

/// The check came to no end.
struct AuditProgramError: Error, CustomStringConvertible {
    let status: String

    var description: String { "dr-audit did not check the log: \(status)" }
}
