public import Wire

/// One row of `test_metrics`.
public struct MetricRecorded: WireSchema {
    public var name = ""
    /// `rto`, `rpo`, `throughput`, `latency`, `error_rate`, `availability` or `custom`.
    public var type = ""
    /// Unknown is not 0.
    public var value: Double?
    public var unit = ""
    public var threshold: Double?
    public var passed: Bool?
    /// Microseconds since 1970.
    public var time: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.name), .string(2, \.type), .optionalDouble(3, \.value), .string(4, \.unit),
        .optionalDouble(5, \.threshold), .optionalBool(6, \.passed), .uint64(7, \.time),
    ]
}

/// A moment that recovery is measured from or to.
public struct MarkRecorded: WireSchema {
    /// For example `impact`, `restored`, `verified`.
    public var mark = ""
    public var time: UInt64 = 0
    /// Microseconds since the run's start, on a monotonic clock.
    public var offsetUs: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.mark), .uint64(2, \.time), .uint64(3, \.offsetUs),
    ]
}

/// How operations ended in a stretch of time, in bins of equal length.
public struct TimelineRecorded: WireSchema {
    public var startUs: UInt64 = 0
    public var binUs: UInt64 = 0
    public var bins: [TimelineBin] = []

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.startUs), .uint64(2, \.binUs), .messages(3, \.bins),
    ]
}

/// The operations that ended in one bin.
public struct TimelineBin: WireSchema {
    public var served: UInt64 = 0
    public var deferred: UInt64 = 0
    public var refused: UInt64 = 0
    public var failed: UInt64 = 0
    public var indeterminate: UInt64 = 0
    /// Of the operations served, from their intended starts.
    public var p50Us: UInt64 = 0
    public var p99Us: UInt64 = 0
    public var probesServed: UInt64 = 0
    public var probesFailed: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.served), .uint64(2, \.deferred), .uint64(3, \.refused), .uint64(4, \.failed),
        .uint64(5, \.indeterminate), .uint64(6, \.p50Us), .uint64(7, \.p99Us),
        .uint64(8, \.probesServed), .uint64(9, \.probesFailed),
    ]
}

/// Errors and latencies of a phase: `before`, `during` or `after` the fault.
public struct PhaseSummarized: WireSchema {
    public var phase = ""
    public var served: UInt64 = 0
    public var deferred: UInt64 = 0
    public var refused: UInt64 = 0
    public var failed: UInt64 = 0
    public var indeterminate: UInt64 = 0
    /// Of the operations served; 0 if there are none.
    public var p50Us: UInt64 = 0
    public var p90Us: UInt64 = 0
    public var p99Us: UInt64 = 0
    public var maximumUs: UInt64 = 0
    public var durationUs: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.phase), .uint64(2, \.served), .uint64(3, \.deferred), .uint64(4, \.refused),
        .uint64(5, \.failed), .uint64(6, \.indeterminate), .uint64(7, \.p50Us),
        .uint64(8, \.p90Us), .uint64(9, \.p99Us), .uint64(10, \.maximumUs),
        .uint64(11, \.durationUs),
    ]
}

/// The ledger of acknowledged writes was compared with the bytes in the bucket.
public struct LedgerCompared: WireSchema {
    /// Writes and deletes that were acknowledged.
    public var acknowledged: UInt64 = 0
    public var keys: UInt64 = 0
    public var intact: UInt64 = 0
    public var lost: UInt64 = 0
    public var stale: UInt64 = 0
    public var corrupt: UInt64 = 0
    public var resurrected: UInt64 = 0
    /// Objects that nobody wrote.
    public var unexpected: UInt64 = 0
    /// Writes of which nobody knows whether they were applied: never counted as lost.
    public var indeterminate: UInt64 = 0
    public var bytesCompared: UInt64 = 0
    public var offending: [OffendingKey] = []
    /// What was compared: `final`, what is stored at the end of a run; `takeover`, what the
    /// secondary held when it had just taken over; `restore`, what is stored after a restore, with
    /// the ledger as of the snapshot; `before restore`, the same with the ledger as it was right
    /// before the restore; `restored copy`, what was restored to an empty place, with the ledger as
    /// of the snapshot.
    public var subject = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.acknowledged), .uint64(2, \.keys), .uint64(3, \.intact), .uint64(4, \.lost),
        .uint64(5, \.stale), .uint64(6, \.corrupt), .uint64(7, \.resurrected),
        .uint64(8, \.unexpected), .uint64(9, \.indeterminate), .uint64(10, \.bytesCompared),
        .messages(11, \.offending), .string(12, \.subject),
    ]
}

public struct OffendingKey: WireSchema {
    public var key = ""
    /// `lost`, `stale`, `corrupt`, `resurrected` or `unexpected`.
    public var finding = ""
    public var acknowledgedUs: UInt64?

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.key), .string(2, \.finding), .optionalUInt64(3, \.acknowledgedUs),
    ]
}
