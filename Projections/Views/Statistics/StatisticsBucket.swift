internal import FoundationEssentials
public import Wire

/// A row of `statistics`: the drills that were asked for on one day, and that have their type,
/// environment and target in common.
public struct StatisticsBucket: WireSchema {
    public internal(set) var id: UInt64 = 0
    /// In UTC, as `2026-11-23`.
    public internal(set) var day = ""
    public internal(set) var testType = ""
    public internal(set) var environment = ""
    public internal(set) var target = ""
    public internal(set) var counts = DrillCounts()

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.id), .string(2, \.day), .string(3, \.testType), .string(4, \.environment),
        .string(5, \.target), .uint64(6, \.counts.statuses.pending),
        .uint64(7, \.counts.statuses.running), .uint64(8, \.counts.statuses.completed),
        .uint64(9, \.counts.statuses.failed), .uint64(10, \.counts.statuses.cancelled),
        .uint64(11, \.counts.verdicts.passed), .uint64(12, \.counts.verdicts.inconclusive),
        .uint64(13, \.counts.verdicts.failed), .uint64(14, \.counts.notRecovered),
        .messages(15, \.counts.recoveryTimes.entries),
        .messages(16, \.counts.recoveryPoints.entries), .messages(17, \.counts.components),
    ]

    var row: JSONWriter {
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", id)
            row.member("day", day)
            row.member("test_type", testType)
            row.member("environment", environment)
            row.member("target", target)
            counts.write(to: &row)
        }
        return writer
    }
}

extension StatisticsBucket {
    /// - Parameter stored: what the fold remembers of it.
    /// - Returns: `nil` if its day is none of these: then nothing else of it was read.
    init?(stored: [UInt8], ifIn days: ClosedRange<String>) throws {
        let reader = WireReader(stored)
        var fields = reader
        var day = ""
        // The second field.
        while day.isEmpty, let field = try fields.next() {
            if field.number == 2 { day = try field.string() }
        }
        guard days.contains(day) else { return nil }
        try self.init(from: reader)
    }
}

extension StatisticsBucket: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, day, environment, target
        case testType = "test_type"
    }

    /// - Parameter row: of the view, as JSON.
    public init(row: [UInt8]) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(row))
    }

    public init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        id = try row.decode(UInt64.self, forKey: .id)
        day = try row.decode(String.self, forKey: .day)
        testType = try row.decode(String.self, forKey: .testType)
        environment = try row.decode(String.self, forKey: .environment)
        target = try row.decode(String.self, forKey: .target)
        counts = try DrillCounts(from: decoder)
    }
}
