public import Wire

/// Something that people must know: a row of `service_alerts`. Alerts about a run stand in its
/// stream, in the same append as its last event.
public struct AlertRaised: WireSchema {
    /// 0: the id of its row is 1 + the number of earlier alerts in the whole log.
    public var id: UInt64 = 0
    /// For example `dr_test_failed`.
    public var alertType = ""
    /// `low`, `medium`, `high` or `critical`.
    public var severity = ""
    public var serviceName = ""
    public var message = ""
    public var details: [NamedValue] = []
    /// The test that it is about; 0 if it is about none.
    public var testID: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.id), .string(2, \.alertType), .string(3, \.severity),
        .string(4, \.serviceName), .string(5, \.message), .messages(6, \.details),
        .uint64(7, \.testID),
    ]
}

/// Somebody has seen an alert.
public struct AlertAcknowledged: WireSchema {
    public var id: UInt64 = 0
    public var by = ""

    public init() {}

    public init(id: UInt64, by: String) { (self.id, self.by) = (id, by) }

    public static let fields: [WireFieldSchema<Self>] = [.uint64(1, \.id), .string(2, \.by)]
}

/// An event was sent to a channel, and taken or not, as the event that says so is named.
public struct DeliveryAttempted: WireSchema {
    /// Of the event that was sent.
    public var position: UInt64 = 0
    public var channel = ""
    /// The same in every attempt to send this event to this channel.
    public var deliveryID = ""
    /// From 1.
    public var attempt: UInt64 = 0
    /// The receiver's host, and the beginning of the SHA-256 of its URL, which may hold a secret.
    public var destination = ""
    /// Of HTTP; 0 if there was no answer.
    public var status: UInt64 = 0
    /// Why it was not taken.
    public var problem = ""
    /// When it is sent again, in microseconds since 1970; 0: never.
    public var nextTime: UInt64 = 0

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.position), .string(2, \.channel), .string(3, \.deliveryID),
        .uint64(4, \.attempt), .string(5, \.destination), .uint64(6, \.status),
        .string(7, \.problem), .uint64(8, \.nextTime),
    ]
}

/// A report was written: a row of `test_reports`.
public struct ReportGenerated: WireSchema {
    public var id: UInt64 = 0
    public var reportName = ""
    /// `daily`, `weekly`, `monthly`, `custom`, `incident` or `compliance`.
    public var reportType = ""
    /// Microseconds since 1970. So is `periodEnd`, which is not in the period any more.
    public var periodStart: UInt64 = 0
    public var periodEnd: UInt64 = 0
    public var totalTests: UInt64 = 0
    public var passedTests: UInt64 = 0
    public var failedTests: UInt64 = 0
    /// `nil` if none was measured. So is `avgRpoMs`.
    public var avgRtoMs: UInt64?
    public var avgRpoMs: UInt64?
    /// In percent; `nil` if nothing was tested.
    public var successRate: Double?
    public var testSummary = ""
    public var recommendations: [String] = []
    public var generatedBy = ""
    public var files: [ReportFile] = []
    /// What the report is made from: the log up to this position.
    public var position: UInt64 = 0
    /// Of a compliance report: `soc2`, `dora` and the like; empty for the others.
    public var framework = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.id), .string(2, \.reportName), .string(3, \.reportType),
        .uint64(4, \.periodStart), .uint64(5, \.periodEnd), .uint64(6, \.totalTests),
        .uint64(7, \.passedTests), .uint64(8, \.failedTests), .optionalUInt64(9, \.avgRtoMs),
        .optionalUInt64(10, \.avgRpoMs), .optionalDouble(11, \.successRate),
        .string(12, \.testSummary), .strings(13, \.recommendations), .string(14, \.generatedBy),
        .messages(15, \.files), .uint64(16, \.position), .string(17, \.framework),
    ]
}

/// One of the files of a report.
public struct ReportFile: WireSchema {
    public var name = ""
    /// `html`, `pdf`, `json` and the like.
    public var format = ""
    /// SHA-256 of its bytes.
    public var digest: [UInt8] = []
    public var size: UInt64 = 0

    public init() {}

    public init(name: String, format: String, digest: [UInt8], size: UInt64) {
        (self.name, self.format, self.digest, self.size) = (name, format, digest, size)
    }

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.name), .string(2, \.format), .bytes(3, \.digest), .uint64(4, \.size),
    ]
}

/// A request that carried a key of its own was answered: the same request gets the same answer.
public struct RequestAnswered: WireSchema {
    /// Who sent it.
    public var by = ""
    /// SHA-256 of the key.
    public var keyDigest: [UInt8] = []
    /// SHA-256 of what was asked: method, path and body.
    public var requestDigest: [UInt8] = []
    /// Of HTTP.
    public var status: UInt64 = 0
    /// JSON, as it was sent.
    public var body = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.by), .bytes(2, \.keyDigest), .bytes(3, \.requestDigest),
        .uint64(4, \.status), .string(5, \.body),
    ]
}
