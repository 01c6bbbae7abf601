internal import FoundationEssentials

/// Where the heads of a log are also kept, outside its data directory, so that nobody can put an
/// older copy of the whole directory in its place unseen.
public struct OutsideCheckpoints: Sendable {
    /// So much of a file is looked at: a checkpoint has less, and an event can hold it.
    static let maximumSize = 32_768

    public let directory: String

    /// - Parameter directory: a folder for checkpoints of this log alone.
    public init(directory: String) { self.directory = directory }

    /// `DR_CHECKPOINT_DIR`, else `dr-testing/<log id>` in the user's state directory; `nil` if
    /// there is no such directory.
    public static func standard(
        logID: String, environment: [String: String]
    ) -> OutsideCheckpoints? {
        standardFolder(environment: environment).map {
            OutsideCheckpoints(directory: $0 + "/" + logID)
        }
    }

    /// The folder of all logs.
    static func standardFolder(environment: [String: String]) -> String? {
        if let directory = environment["DR_CHECKPOINT_DIR"], !directory.isEmpty {
            return directory
        }
        let state =
            environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? environment["HOME"].map { $0 + "/.local/state" }
        return state.map { $0 + "/dr-testing" }
    }

    var file: String { directory + "/checkpoint" }

    /// What is there, whatever it is; `nil` if nothing is there, or it cannot be read.
    var text: String? {
        FileManager.default.contents(atPath: file)
            .map { String(decoding: $0.prefix(Self.maximumSize), as: UTF8.self) }
    }

    func isInside(_ data: DataDirectory) -> Bool {
        (DataDirectory.resolved(directory) + "/").hasPrefix(DataDirectory.resolved(data.path) + "/")
    }
}

extension DataDirectory {
    /// Where the heads of its log are also kept.
    public func outside(logID: String) -> OutsideCheckpoints? {
        checkpoints.map { OutsideCheckpoints(directory: $0 + "/" + logID) }
    }
}
