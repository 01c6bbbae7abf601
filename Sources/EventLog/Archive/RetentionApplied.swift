public import Wire

/// From here on, views leave out rows older than the cut-offs. The events stay in the log.
public struct RetentionApplied: Equatable, Sendable, WireMessage {
    /// The field of the event in `Record`.
    public static let number = 42

    /// Log lines and metrics recorded before this time, in microseconds since 1970, are dropped.
    public let logCutOff: UInt64
    /// Results recorded before this time, in microseconds since 1970, are dropped.
    public let resultCutOff: UInt64
    public let by: String

    public init(logCutOff: UInt64, resultCutOff: UInt64, by: String) {
        (self.logCutOff, self.resultCutOff, self.by) = (logCutOff, resultCutOff, by)
    }

    public init(payload: [UInt8]) throws(WireError) {
        try self.init(from: WireReader(payload))
    }

    public init(from reader: WireReader) throws(WireError) {
        var reader = reader
        var (logCutOff, resultCutOff, by) = (UInt64(0), UInt64(0), "")
        while let field = try reader.next() {
            switch field.number {
            case 1: logCutOff = try field.uint64()
            case 2: resultCutOff = try field.uint64()
            case 3: by = try field.string()
            default: break
            }
        }
        self.init(logCutOff: logCutOff, resultCutOff: resultCutOff, by: by)
    }

    public func write(to writer: inout WireWriter) {
        writer.uint64(logCutOff, field: 1)
        writer.uint64(resultCutOff, field: 2)
        writer.string(by, field: 3)
    }
}
