public import Wire

/// Something outside the storage system is about to be changed. Durable before it is.
public struct ExternalChangePlanned: WireSchema {
    /// Its own in the run.
    public var changeID = ""
    /// `http`, `process` or `plugin`.
    public var kind = ""
    /// What is called, for people.
    public var description = ""
    /// JSON: `call`, which puts it back, and `allowance`, what that needs to be allowed. Variables
    /// of the environment stand there by their names.
    public var undo = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.changeID), .string(2, \.kind), .string(3, \.description),
        .string(4, \.undo),
    ]
}

/// A change outside was put back, or could not be. What puts back may be called more than once.
public struct ExternalChangeUndone: WireSchema {
    public var changeID = ""
    /// `cleanup`, or `next start` if the runner was lost or could not do it.
    public var by = ""
    /// Otherwise it may still be in force.
    public var isDone = false
    /// What was done, or why it could not be.
    public var detail = ""

    public init() {}

    public static let fields: [WireFieldSchema<Self>] = [
        .string(1, \.changeID), .string(2, \.by), .bool(3, \.isDone), .string(4, \.detail),
    ]
}
