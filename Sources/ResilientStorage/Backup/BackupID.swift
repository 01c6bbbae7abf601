public import FoundationEssentials

/// A moment to the millisecond, written in UTC as RFC 3339 has it.
public struct BackupTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Since 1970.
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public init(_ date: Date) {
        milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded())
    }

    /// - Returns: `nil` unless `text` is what `description` gives for a moment.
    public init?(_ text: String) {
        guard text.utf8.count == 24, let fraction = Int64(text.dropLast().suffix(3)),
            let date = try? Date(text.prefix(19) + "Z", strategy: .iso8601)
        else { return nil }
        milliseconds = Int64(date.timeIntervalSince1970) * 1000 + fraction
        if description != text { return nil }
    }

    /// `2026-01-01T00:00:00.000Z`.
    public var description: String {
        let (seconds, fraction) = milliseconds.dividedDown(by: 1000)
        let date = Date(timeIntervalSince1970: Double(seconds))
        let digits = String(fraction)
        return date.formatted(.iso8601).dropLast() + "."
            + String(repeating: "0", count: 3 - digits.utf8.count) + digits + "Z"
    }

    public static func < (left: BackupTime, right: BackupTime) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension Int64 {
    /// Towards the past, so that what is left over is never negative.
    fileprivate func dividedDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = ((self % divisor) + divisor) % divisor
        return ((self - remainder) / divisor, remainder)
    }
}

extension BackupTime: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = BackupTime(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(text) is not a time")
        }
        self = time
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The name of a backup: a time and a suffix, as `20260101T000000000Z-k3x9`. Names sort as the
/// backups of one destination were made, and never hold what a key could take for a folder.
public struct BackupID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let time: BackupTime
    public let description: String

    /// - Parameter suffix: 1 to 32 lower-case letters and digits of ASCII, different for every
    ///   backup of a destination.
    public init(time: BackupTime, suffix: String) {
        precondition(
            Self.isSuffix(suffix), "A suffix has 1 to 32 lower-case letters and digits of ASCII.")
        self.time = time
        description = time.description.filter { !"-:.".contains($0) } + "-" + suffix
    }

    /// - Returns: `nil` unless `text` is a backup's name.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isSuffix(parts[1]), let time = Self.time(parts[0]) else {
            return nil
        }
        self.init(time: time, suffix: String(parts[1]))
        if description != text { return nil }
    }

    /// The name of the next backup. It is later than every earlier one, also when the clock has
    /// been set back.
    static func next(at time: BackupTime, after newest: BackupID?, suffix: String) -> BackupID {
        let earliest = newest.map { BackupTime(milliseconds: $0.time.milliseconds + 1) } ?? time
        return BackupID(time: max(time, earliest), suffix: suffix)
    }

    private static func isSuffix(_ text: some StringProtocol) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
                    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
            }
    }

    /// `20260101T000000000Z`.
    private static func time(_ compact: Substring) -> BackupTime? {
        guard compact.utf8.count == 19, compact.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let parts = [
            (0, 4, "-"), (4, 2, "-"), (6, 5, ":"), (11, 2, ":"), (13, 2, "."), (15, 4, ""),
        ]
        return BackupTime(
            parts.map { compact.dropFirst($0.0).prefix($0.1) + $0.2 }.joined())
    }

    public static func < (left: BackupID, right: BackupID) -> Bool {
        left.description < right.description
    }
}

extension BackupID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = BackupID(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(text) does not name a backup")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A backup and the SHA-256 of its manifest: what is referred to cannot be changed unnoticed.
public struct BackupReference: Hashable, Codable, Sendable {
    public let id: BackupID
    public let sha256: String

    public init(id: BackupID, sha256: String) { (self.id, self.sha256) = (id, sha256) }
}
