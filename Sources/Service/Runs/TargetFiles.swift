public import EventLog
internal import FoundationEssentials

/// The target files of a server. People name them; a name never forms a path to anything else.
public struct TargetFiles: Sendable {
    /// What the target without a file is called.
    static let embedded = "embedded"
    /// The environment of the embedded target.
    private static let embeddedEnvironment = "test"

    private let folder: String

    public init(folder: String) { self.folder = folder }

    /// In the folder that `DR_TARGETS` names, else in `targets` of the data directory.
    public static func standard(
        _ directory: DataDirectory, environment: [String: String]
    ) -> TargetFiles {
        let named = environment["DR_TARGETS"].flatMap { $0.isEmpty ? nil : $0 }
        return TargetFiles(folder: named ?? directory.path + "/targets")
    }

    /// - Returns: the path of the file; `nil` for the embedded target.
    /// - Throws: `.unknownTarget`.
    func path(for order: RunOrder) throws(RunRefusal) -> String? {
        if let target = order.target {
            if target == Self.embedded { return nil }
            if let path = path(named: target) { return path }
            throw .unknownTarget("there is no target '\(target)' in \(folder)")
        }
        guard let environment = order.environment else { return nil }
        if let path = path(named: environment) { return path }
        if environment == Self.embeddedEnvironment { return nil }
        throw .unknownTarget("there is no target for the environment '\(environment)' in \(folder)")
    }

    private func path(named name: String) -> String? {
        let isName =
            (1...64).contains(name.utf8.count) && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
        let path = "\(folder)/\(name).yaml"
        return isName && FileManager.default.fileExists(atPath: path) ? path : nil
    }
}
