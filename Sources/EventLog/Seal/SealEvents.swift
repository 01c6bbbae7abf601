public import Wire

/// The key of the checkpoints was replaced. The checkpoint that ends with this event is signed by
/// both keys.
public struct KeyRotated: Equatable, Sendable, WireMessage {
    /// The field of the event in `Record`.
    public static let number = 18

    /// The public keys, as `NoteVerificationKey` writes them.
    public let oldKey: String
    public let newKey: String
    public let reason: String
    public let by: String

    init(oldKey: String, newKey: String, reason: String, by: String) {
        (self.oldKey, self.newKey, self.reason, self.by) = (oldKey, newKey, reason, by)
    }

    public init(payload: [UInt8]) throws(WireError) { try self.init(from: WireReader(payload)) }

    public init(from reader: WireReader) throws(WireError) {
        var reader = reader
        var (oldKey, newKey, reason, by) = ("", "", "", "")
        while let field = try reader.next() {
            switch field.number {
            case 1: oldKey = try field.string()
            case 2: newKey = try field.string()
            case 3: reason = try field.string()
            case 4: by = try field.string()
            default: break
            }
        }
        self.init(oldKey: oldKey, newKey: newKey, reason: reason, by: by)
    }

    public func write(to writer: inout WireWriter) {
        writer.string(oldKey, field: 1)
        writer.string(newKey, field: 2)
        writer.string(reason, field: 3)
        writer.string(by, field: 4)
    }
}

/// The log goes on from an older state than its head outside showed, as after a restore: what came
/// between is lost. From here on its checkpoints have another origin and another key.
public struct LogReopened: Equatable, Sendable, WireMessage {
    /// The field of the event in `Record`.
    public static let number = 19

    public let reason: String
    public let by: String
    /// What was there: so many events, and the root of the tree over them.
    public let size: UInt64
    public let root: [UInt8]
    /// The head outside that the log did not continue, as it was written.
    public let outsideCheckpoint: String
    /// The last part of the new origin: greater than of every origin before.
    public let epoch: UInt64
    /// The public keys, as `NoteVerificationKey` writes them.
    public let oldKey: String
    public let newKey: String

    init(
        reason: String, by: String, size: UInt64, root: [UInt8], outsideCheckpoint: String,
        epoch: UInt64, oldKey: String, newKey: String
    ) {
        (self.reason, self.by, self.size, self.root) = (reason, by, size, root)
        (self.outsideCheckpoint, self.epoch) = (outsideCheckpoint, epoch)
        (self.oldKey, self.newKey) = (oldKey, newKey)
    }

    public init(payload: [UInt8]) throws(WireError) { try self.init(from: WireReader(payload)) }

    public init(from reader: WireReader) throws(WireError) {
        var reader = reader
        var (size, epoch, root) = (UInt64(0), UInt64(0), [UInt8]())
        var (reason, by, outsideCheckpoint, oldKey, newKey) = ("", "", "", "", "")
        while let field = try reader.next() {
            switch field.number {
            case 1: reason = try field.string()
            case 2: by = try field.string()
            case 3: size = try field.uint64()
            case 4: root = try field.data()
            case 5: outsideCheckpoint = try field.string()
            case 6: epoch = try field.uint64()
            case 7: oldKey = try field.string()
            case 8: newKey = try field.string()
            default: break
            }
        }
        self.init(
            reason: reason, by: by, size: size, root: root, outsideCheckpoint: outsideCheckpoint,
            epoch: epoch, oldKey: oldKey, newKey: newKey)
    }

    public func write(to writer: inout WireWriter) {
        writer.string(reason, field: 1)
        writer.string(by, field: 2)
        writer.uint64(size, field: 3)
        writer.bytes(root, field: 4)
        writer.string(outsideCheckpoint, field: 5)
        writer.uint64(epoch, field: 6)
        writer.string(oldKey, field: 7)
        writer.string(newKey, field: 8)
    }
}
