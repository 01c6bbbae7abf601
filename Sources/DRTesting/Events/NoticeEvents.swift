public import Wire

/// Something that people must know: a row of `service_alerts`.
public struct AlertRaised: WireSchema {
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

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.id), .string(2, \.reportName), .string(3, \.reportType),
        .uint64(4, \.periodStart), .uint64(5, \.periodEnd), .uint64(6, \.totalTests),
        .uint64(7, \.passedTests), .uint64(8, \.failedTests), .optionalUInt64(9, \.avgRtoMs),
        .optionalUInt64(10, \.avgRpoMs), .optionalDouble(11, \.successRate),
        .string(12, \.testSummary), .strings(13, \.recommendations), .string(14, \.generatedBy),
        .messages(15, \.files), .uint64(16, \.position),
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
