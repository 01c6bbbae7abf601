internal import Wire

extension WireMessage {
    /// Whether a record of the log holds it: of its 64 KiB some bytes say when it was recorded, and
    /// in which stream.
    var fitsRecord: Bool { encoded.count <= 65_000 }
}

/// How an event is refused that does not fit.
let tooLargeForRecord = "it has more than 65,000 bytes, too many for the log; shorten its texts"
