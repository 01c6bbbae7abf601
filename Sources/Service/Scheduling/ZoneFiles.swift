public import DRTesting
internal import FoundationEssentials
internal import Synchronization

/// The time zones that this machine knows, from the files of its tz database. What was read once is
/// kept: another edition of the database is seen after a new start.
public struct ZoneFiles: Sendable {
    public static let standardFolder = "/usr/share/zoneinfo"

    private final class Kept: Sendable {
        let rules = Mutex<[String: TimeZoneRules]>([:])
    }

    private let folder: String
    private let kept = Kept()

    public init(folder: String = ZoneFiles.standardFolder) { self.folder = folder }

    /// Blocks for the reading of a small file, the first time.
    ///
    /// - Parameter name: like `Europe/Berlin`; it never leads out of the folder.
    /// - Throws: if there is no such zone, or its file cannot be read.
    public func rules(for name: String) throws(TimeZoneError) -> TimeZoneRules {
        if name == "UTC" { return .utc }
        if let known = kept.rules.withLock({ $0[name] }) { return known }
        guard Self.isName(name) else {
            throw TimeZoneError("'\(name)' is no name of a time zone; accepted: UTC, Europe/Berlin")
        }
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
            throw TimeZoneError(
                "there is no time zone '\(name)' in \(folder); the package tzdata brings them")
        }
        let rules = try TimeZoneRules(name: name, tzif: Array(data))
        kept.rules.withLock { $0[name] = rules }
        return rules
    }

    /// For the deciders, to whom it is all one why there is none.
    public func known(_ name: String) -> TimeZoneRules? { try? rules(for: name) }

    /// Of at most three parts, each of letters, digits, `_`, `+` and `-`. What the machine itself
    /// has set is no name: elsewhere it would stand for something else.
    private static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count <= 3 && name.utf8.count <= 64 && name.first?.isUppercase == true
            && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isPart) }
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
